import type { ServerIpAddressState } from "../../src/provider/ipAddressState";
import type { MortalProcess } from "./mortalProcess";
import { type Declared, type Entry, entryOf, type Outcome, type Stack, urnOf } from "./stackEntries";

/**
 * What Pulumi's engine (3.245) does with the life cycle of a stack's resources: check and diff one by one, create and
 * update in parallel, a replacement checked again without its olds, deletes at the end and only when nothing has failed.
 */
export class PulumiStack implements Stack {
  entries: readonly Entry[] = [];
  private saves: (readonly Entry[])[] = [];

  /** @param saved told of the ids whenever the state changes */
  constructor(private readonly saved: (ids: string[]) => void) {}

  async up(program: readonly Declared[], process: MortalProcess): Promise<Outcome> {
    this.saves = [];
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
    this.saves = [];
    const failures: string[] = [];
    const present = this.entries.filter(({ pendingReplacement }) => !pendingReplacement);
    await Promise.all(present.map((entry) => this.read(entry, process).catch(failed(failures))));
    return { ok: failures.length === 0, failures };
  }

  /** The CLI was killed before it had saved its last results. */
  loseSaves(count: number): void {
    const lost = this.saves.splice(Math.max(0, this.saves.length - count));
    if (lost[0] !== undefined) this.put(lost[0]);
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
    return async () => this.save(process, old, [{ ...old, urn, inputs }]);
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
    const entry = { urn, inputs, hasInitErrors: false, pendingDelete: false, pendingReplacement: false };
    try {
      const { id, outs } = await asked(process, () => process.operation.provider.create(wire(inputs) as never));
      this.save(process, old, [...left, { ...entry, id, outputs: { ...wire(outs), ...line } }]);
    } catch (error) {
      const { id, properties } = error as { id?: string; properties?: object };
      if (id !== undefined && properties !== undefined)
        this.save(process, old, [...left, { ...entry, id, outputs: wire(properties), hasInitErrors: true }]);
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
    await asked(process, () => process.operation.provider.delete(old.id, wire(old.outputs) as never));
    const gone = { ...old, pendingReplacement: true };
    this.save(process, old, [gone]);
    return this.create(urn, inputs, gone, process);
  }

  private async update(
    urn: string,
    inputs: Record<string, unknown>,
    old: Entry,
    process: MortalProcess,
  ): Promise<void> {
    const { outs } = await asked(process, () =>
      process.operation.provider.update(old.id, wire(old.outputs) as never, wire(inputs) as never),
    );
    const outputs = { ...wire(outs ?? {}), ...line };
    this.save(process, old, [{ ...old, urn, inputs, outputs, hasInitErrors: false }]);
  }

  private async read(entry: Entry, process: MortalProcess): Promise<void> {
    const { id, props, inputs } = await asked(process, () =>
      process.operation.provider.read(entry.id, wire(entry.outputs)),
    );
    if (id === undefined) return this.save(process, entry, []);
    const read = { inputs: { ...wire(inputs ?? entry.inputs), ...line }, outputs: { ...wire(props), ...line } };
    this.save(process, entry, [{ ...entry, id, ...read, hasInitErrors: false }]);
  }

  private async delete(entry: Entry, process: MortalProcess): Promise<void> {
    if (!entry.pendingReplacement)
      await asked(process, () => process.operation.provider.delete(entry.id, wire(entry.outputs) as never));
    this.save(process, entry, []);
  }

  private save(process: MortalProcess, old: Entry | undefined, news: readonly Entry[]): void {
    if (!process.isCliAlive) return;
    this.saves.push(this.entries);
    this.put([...this.entries.filter((entry) => entry !== old), ...news]);
  }

  private put(entries: readonly Entry[]): void {
    this.entries = entries;
    this.saved(entries.filter(({ pendingReplacement }) => !pendingReplacement).map(({ id }) => id));
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
