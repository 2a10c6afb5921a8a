import type { ServerIpAddressState } from "../../src/provider/ipAddressState";
import type { PendingOperation, StackState } from "../../src/state/stackState";
import type { MortalProcess } from "./mortalProcess";
import { type Declared, type Entry, entryOf, type Outcome, type Stack, urnOf } from "./stackEntries";

/**
 * What Pulumi's engine (3.245) does with the life cycle of a stack's resources: check and diff one by one, create and
 * update in parallel, a replacement checked again without its olds, deletes at the end and only when nothing has failed.
 */
export class PulumiStack implements Stack {
  entries: readonly Entry[] = [];
  /** What has begun and whose end is not saved. */
  private readonly pending = new Set<PendingOperation>();
  private saves: { entries: readonly Entry[]; pending: PendingOperation }[] = [];
  private creates = 0;

  /** As `pulumi stack export` shows it. */
  state(): StackState {
    const present = this.entries.filter(({ pendingReplacement }) => !pendingReplacement);
    const addresses = present.map(({ urn, id, inputs, created, pendingDelete }) => {
      const server = inputs.server as string;
      return { type: "ServerIpAddress" as const, urn, id, server, created, pendingDelete, external: false };
    });
    return { addresses, pendingOperations: [...this.pending], otherIds: [] };
  }

  async up(program: readonly Declared[], process: MortalProcess): Promise<Outcome> {
    this.startOperation();
    const failures: string[] = [];
    const underWay: Promise<void>[] = [];
    for (const declared of program) {
      const step = await this.plan(declared, program, process).catch(failed(failures));
      if (step !== undefined) underWay.push(step().catch(failed(failures)));
      if (failures.length > 0) break;
    }
    await Promise.all(underWay);
    if (failures.length === 0) {
      const names = new Set(program.map(({ name }) => urnOf(name)));
      const obsolete = this.entries.filter(({ urn, pendingDelete }) => pendingDelete || !names.has(urn));
      await Promise.all(obsolete.map((entry) => this.delete(entry, process).catch(failed(failures))));
    }
    return { ok: failures.length === 0, failures };
  }

  async refresh(process: MortalProcess): Promise<Outcome> {
    this.startOperation();
    const failures: string[] = [];
    const present = this.entries.filter(({ pendingReplacement }) => !pendingReplacement);
    await Promise.all(present.map((entry) => this.read(entry, process).catch(failed(failures))));
    return { ok: failures.length === 0, failures };
  }

  /** The CLI was killed before it had saved its last results. */
  loseSaves(count: number): void {
    const lost = this.saves.splice(Math.max(0, this.saves.length - count));
    this.entries = lost[0]?.entries ?? this.entries;
    for (const { pending } of lost) this.pending.add(pending);
  }

  private async plan(
    declared: Declared,
    program: readonly Declared[],
    process: MortalProcess,
  ): Promise<() => Promise<void>> {
    const { provider } = process.operation;
    const check = (olds: object) => this.check(olds, declared, program, process);
    const urn = urnOf(declared.name);
    const old = entryOf(this, declared);
    const inputs = await check(old?.inputs ?? {});
    if (old === undefined) return () => this.create(urn, inputs, undefined, process);
    const diff = await asked(process, () =>
      provider.diff(old.id, wire(old.outputs) as unknown as ServerIpAddressState, wire(inputs) as never),
    );
    if ((diff.replaces?.length ?? 0) > 0 || old.pendingReplacement) {
      const fresh = await check({});
      return () => this.replace(urn, fresh, old, diff.deleteBeforeReplace === true, process);
    }
    if (diff.changes || old.hasInitErrors) return () => this.update(urn, inputs, old, process);
    return async () => this.save(process, this.begin("updating", old), old, [{ ...old, urn, inputs }]);
  }

  private async check(
    olds: object,
    { name, args }: Declared,
    program: readonly Declared[],
    process: MortalProcess,
  ): Promise<Record<string, unknown>> {
    const onServer = program.filter((other) => other.args.server === args.server).length;
    const __program = JSON.stringify({ preview: false, onServer, urn: urnOf(name), stack: "o/p/test" });
    const { inputs, failures = [] } = await asked(process, () =>
      process.operation.provider.check(wire(olds), { ...args, ...line, __program }),
    );
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    return { ...wire(inputs), ...line };
  }

  private async create(
    urn: string,
    inputs: Record<string, unknown>,
    old: Entry | undefined,
    process: MortalProcess,
  ): Promise<void> {
    const left = old === undefined || old.pendingReplacement ? [] : [{ ...old, pendingDelete: true }];
    const created = new Date(++this.creates).toISOString();
    const entry = { urn, inputs, created, hasInitErrors: false, pendingDelete: false, pendingReplacement: false };
    const pending = this.begin("creating", { urn, inputs });
    try {
      const { id, outs } = await asked(process, () => process.operation.provider.create(wire(inputs) as never));
      this.save(process, pending, old, [...left, { ...entry, id, outputs: { ...wire(outs), ...line } }]);
    } catch (error) {
      const { id, properties } = error as { id?: string; properties?: object };
      if (id !== undefined && properties !== undefined)
        this.save(process, pending, old, [...left, { ...entry, id, outputs: wire(properties), hasInitErrors: true }]);
      else if (process.isCliAlive) this.pending.delete(pending);
      throw error;
    }
  }

  private async replace(
    urn: string,
    inputs: Record<string, unknown>,
    old: Entry,
    deleteFirst: boolean,
    process: MortalProcess,
  ): Promise<void> {
    if (!deleteFirst || old.pendingReplacement) return this.create(urn, inputs, old, process);
    const pending = this.begin("deleting", old);
    await this.ask(process, pending, () => process.operation.provider.delete(old.id, wire(old.outputs) as never));
    const gone = { ...old, pendingReplacement: true };
    this.save(process, pending, old, [gone]);
    return this.create(urn, inputs, gone, process);
  }

  private async update(
    urn: string,
    inputs: Record<string, unknown>,
    old: Entry,
    process: MortalProcess,
  ): Promise<void> {
    const pending = this.begin("updating", old);
    const { outs } = await this.ask(process, pending, () =>
      process.operation.provider.update(old.id, wire(old.outputs) as never, wire(inputs) as never),
    );
    const outputs = { ...wire(outs ?? {}), ...line };
    this.save(process, pending, old, [{ ...old, urn, inputs, outputs, hasInitErrors: false }]);
  }

  private async read(entry: Entry, process: MortalProcess): Promise<void> {
    const pending = this.begin("reading", entry);
    const { id, props, inputs } = await this.ask(process, pending, () =>
      process.operation.provider.read(entry.id, wire(entry.outputs)),
    );
    if (id === undefined) return this.save(process, pending, entry, []);
    const read = { inputs: { ...wire(inputs ?? entry.inputs), ...line }, outputs: { ...wire(props), ...line } };
    this.save(process, pending, entry, [{ ...entry, id, ...read, hasInitErrors: false }]);
  }

  private async delete(entry: Entry, process: MortalProcess): Promise<void> {
    const pending = this.begin("deleting", entry);
    if (!entry.pendingReplacement)
      await this.ask(process, pending, () => process.operation.provider.delete(entry.id, wire(entry.outputs) as never));
    this.save(process, pending, entry, []);
  }

  /** Of what was interrupted before, the engine keeps creates only. */
  private startOperation(): void {
    this.saves = [];
    for (const one of this.pending) if (one.type !== "creating") this.pending.delete(one);
  }

  /** The engine notes an operation in the state before it asks for it. */
  private begin(type: PendingOperation["type"], of: Pick<PendingOperation, "urn"> & Partial<Entry>): PendingOperation {
    const inputs = (of.inputs ?? {}) as PendingOperation["inputs"];
    const pending = {
      resourceType: "ServerIpAddress",
      type,
      urn: of.urn,
      id: of.id,
      created: of.created,
      inputs,
    } as const;
    this.pending.add(pending);
    return pending;
  }

  private async ask<T>(process: MortalProcess, pending: PendingOperation, ask: () => Promise<T>): Promise<T> {
    return asked(process, ask).catch((error) => {
      if (process.isCliAlive) this.pending.delete(pending);
      throw error;
    });
  }

  private save(
    process: MortalProcess,
    pending: PendingOperation,
    old: Entry | undefined,
    news: readonly Entry[],
  ): void {
    if (!process.isCliAlive) return;
    this.saves.push({ entries: this.entries, pending });
    this.pending.delete(pending);
    this.entries = [...this.entries.filter((entry) => entry !== old), ...news];
  }
}

const line = { __provider: "the line that names the life cycle" };

/** What travels between the engine and the provider is JSON. */
const wire = <T extends object | undefined>(value: T): Record<string, unknown> => JSON.parse(JSON.stringify(value));

/** Whose CLI is dead, is asked for nothing more. */
async function asked<T>(process: MortalProcess, ask: () => Promise<T>): Promise<T> {
  if (!process.isCliAlive) throw new Error("The CLI has ended.");
  return ask();
}

const failed = (failures: string[]) => (error: unknown) => {
  failures.push(error instanceof Error ? error.message : String(error));
  return undefined;
};
