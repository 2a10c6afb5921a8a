import type { PendingOperation, StackState } from "../../src/state/stackState";
import { type Entry, nameOf, type Stack, urnOf } from "./stackEntries";

/** What Pulumi's engine (3.245) saves of a stack, in a state of its own: in one backend with others, or in another one. */
export class PulumiStack implements Stack {
  entries: readonly Entry[] = [];
  /** What has begun and whose end is not saved. */
  private pending: readonly PendingOperation[] = [];
  private saves: { entries: readonly Entry[]; pending: PendingOperation }[] = [];
  private creates = 0;

  constructor(public name: string) {}

  /** As `pulumi stack export` shows it. */
  state(): StackState {
    const present = this.entries.filter(({ pendingReplacement }) => !pendingReplacement);
    const addresses = present.map(({ urn, id, inputs, created, pendingDelete }) => {
      const server = inputs.server as string;
      return { type: "ServerIpAddress" as const, urn, id, server, created, pendingDelete, external: false };
    });
    // The stack itself and its provider are resources too.
    const urnPrefix = urnOf(this.name, "").replace(/[^:]+::$/, "");
    return { urnPrefix, addresses, pendingOperations: [...this.pending], otherIds: [] };
  }

  /** `pulumi stack rename`: resources and interrupted operations have their new URNs from then on. */
  rename(name: string): void {
    const renamed = <T extends { urn: string }>(one: T): T => ({ ...one, urn: urnOf(name, nameOf(one)) });
    this.name = name;
    this.entries = this.entries.map(renamed);
    this.pending = this.pending.map(renamed);
    this.saves = [];
  }

  /** Of what was interrupted before, the engine keeps creates only. */
  startOperation(): void {
    this.saves = [];
    this.pending = this.pending.filter(({ type }) => type === "creating");
  }

  /** The engine notes an operation in the state before it asks for it. */
  begin(type: PendingOperation["type"], of: Pick<PendingOperation, "urn"> & Partial<Entry>): PendingOperation {
    const inputs = (of.inputs ?? {}) as PendingOperation["inputs"];
    const { urn, id, created } = of;
    const pending = { resourceType: "ServerIpAddress", type, urn, id, created, inputs } as const;
    this.pending = [...this.pending, pending];
    return pending;
  }

  /** It has failed, and left nothing. */
  fail(pending: PendingOperation): void {
    this.pending = this.pending.filter((one) => one !== pending);
  }

  /** Its result stands in the state: `news` in the place of `old`. */
  save(pending: PendingOperation, old: Entry | undefined, news: readonly Entry[]): void {
    this.saves.push({ entries: this.entries, pending });
    this.fail(pending);
    this.entries = [...this.entries.filter((entry) => entry !== old), ...news];
  }

  /** The CLI was killed before it had saved its last results. */
  loseSaves(count: number): void {
    const lost = this.saves.splice(Math.max(0, this.saves.length - count));
    this.entries = lost[0]?.entries ?? this.entries;
    this.pending = [...this.pending, ...lost.map(({ pending }) => pending)];
  }

  /** A time of its own for each. */
  timeOfCreation = (): string => new Date(++this.creates).toISOString();
}
