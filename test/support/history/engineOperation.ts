import type { ServerIpAddressProvider } from "../../../src/provider/serverIpAddress/provider";
import type { PendingOperation } from "../../../src/state/stackState";
import type { MortalProcess } from "../mortalProcess";
import { line } from "../operation";
import type { PulumiStack } from "../pulumiStack";
import { type Declared, type Entry, entryOf, type Outcome, urnOf } from "../stackEntries";

/** How the user runs it. */
export interface How {
  program: readonly Declared[];
  /** `--target`: names of resources. Default: all. */
  targets?: readonly string[] | undefined;
  /** How often an error hook has the engine repeat a create, an update or a delete that fails. Default 0. */
  repeats?: number;
}

/**
 * What Pulumi's engine (3.245) does with the lifecycle of a stack's resources in one operation: check and diff one by one,
 * create and update in parallel, a replacement checked again without its olds, deletes at the end and only when nothing
 * has failed.
 */
export class EngineOperation {
  private readonly failures: string[] = [];

  constructor(
    private readonly stack: PulumiStack,
    private readonly process: MortalProcess,
    private readonly how: How,
  ) {
    stack.startOperation();
  }

  async up(): Promise<Outcome> {
    const { program } = this.how;
    const underWay: Promise<void>[] = [];
    // What is not a target is neither checked nor diffed.
    for (const declared of program.filter(({ name }) => this.isTarget(this.urnOf(name)))) {
      const step = await this.plan(declared).catch(this.failed);
      if (step !== undefined) underWay.push(step().catch(this.failed));
      if (this.failures.length > 0) break;
    }
    await Promise.all(underWay);
    if (this.failures.length > 0) return this.outcome();
    const urns = new Set(program.map(({ name }) => this.urnOf(name)));
    return this.deleteAll(({ urn, pendingDelete }) => pendingDelete || !urns.has(urn));
  }

  destroy = (): Promise<Outcome> => this.deleteAll(() => true);

  async refresh(): Promise<Outcome> {
    const present = this.stack.entries.filter(({ pendingReplacement }) => !pendingReplacement);
    await Promise.all(present.map((entry) => this.read(entry).catch(this.failed)));
    return this.outcome();
  }

  private async plan(declared: Declared): Promise<() => Promise<void>> {
    const urn = this.urnOf(declared.name);
    const isExplicit = declared.isExplicit === true;
    const old = entryOf(this.stack, declared);
    const inputs = await this.check(old?.inputs ?? {}, declared);
    if (old === undefined) return () => this.create({ urn, inputs, isExplicit }, undefined);
    const diff = await this.asked(isExplicit, (provider) =>
      provider.diff(old.id, wire(old.outputs) as never, wire(inputs) as never),
    );
    if ((diff.replaces?.length ?? 0) > 0 || old.pendingReplacement) {
      const fresh = { urn, inputs: await this.check({}, declared), isExplicit };
      return () => this.replace(fresh, old, declared.deleteBeforeReplace === true);
    }
    const news = { ...old, urn, inputs, isExplicit };
    if (diff.changes || old.hasInitErrors) return () => this.update(news, old);
    return async () => this.save(this.stack.begin("updating", old), old, [news]);
  }

  private async check(olds: object, { name, args, isExplicit }: Declared): Promise<Record<string, unknown>> {
    const onServer = this.how.program.filter((other) => other.args.server === args.server).length;
    const stack = `o/p/${this.stack.name}`;
    const __program = JSON.stringify({ preview: false, onServer, urn: this.urnOf(name), stack });
    const { inputs, failures = [] } = await this.asked(isExplicit === true, (provider) =>
      provider.check(wire(olds), { ...args, ...line, __program }),
    );
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    return { ...wire(inputs), ...line };
  }

  private async create(
    news: Pick<Entry, "urn" | "inputs" | "isExplicit">,
    old: Entry | undefined,
    left: readonly Entry[] = [],
  ): Promise<void> {
    const created = this.stack.timeOfCreation();
    const entry = { ...news, created, hasInitErrors: false, pendingDelete: false, pendingReplacement: false };
    const pending = this.stack.begin("creating", news);
    try {
      const { id, outs } = await this.hooked(news.isExplicit, (provider) =>
        provider.create(wire(news.inputs) as never),
      );
      this.save(pending, old, [...left, { ...entry, id, outputs: { ...wire(outs), ...line } }]);
    } catch (error) {
      const { id, properties } = error as { id?: string; properties?: object };
      if (id !== undefined && properties !== undefined)
        this.save(pending, old, [...left, { ...entry, id, outputs: wire(properties), hasInitErrors: true }]);
      else if (this.process.isCliAlive) this.stack.fail(pending);
      throw error;
    }
  }

  private async replace(
    news: Pick<Entry, "urn" | "inputs" | "isExplicit">,
    old: Entry,
    deletesFirst: boolean,
  ): Promise<void> {
    if (old.pendingReplacement) return this.create(news, old);
    if (!deletesFirst) return this.create(news, old, [{ ...old, pendingDelete: true }]);
    const gone = { ...old, pendingReplacement: true };
    await this.finish("deleting", old, [gone], (provider) => provider.delete(old.id, wire(old.outputs) as never));
    return this.create(news, gone);
  }

  private update(news: Entry, old: Entry): Promise<void> {
    const pending = this.stack.begin("updating", old);
    return this.noted(pending, async () => {
      const { outs } = await this.hooked(news.isExplicit, (provider) =>
        provider.update(old.id, wire(old.outputs) as never, wire(news.inputs) as never),
      );
      this.save(pending, old, [{ ...news, outputs: { ...wire(outs ?? {}), ...line }, hasInitErrors: false }]);
    });
  }

  private read(entry: Entry): Promise<void> {
    const pending = this.stack.begin("reading", entry);
    return this.noted(pending, async () => {
      const { id, props, inputs } = await this.asked(entry.isExplicit, (provider) =>
        provider.read(entry.id, wire(entry.outputs)),
      );
      const read = { inputs: { ...wire(inputs ?? entry.inputs), ...line }, outputs: { ...wire(props ?? {}), ...line } };
      this.save(pending, entry, id === undefined ? [] : [{ ...entry, id, ...read, hasInitErrors: false }]);
    });
  }

  private async deleteAll(isObsolete: (entry: Entry) => boolean): Promise<Outcome> {
    const obsolete = this.stack.entries.filter((entry) => isObsolete(entry) && this.isTarget(entry.urn));
    await Promise.all(obsolete.map((entry) => this.delete(entry).catch(this.failed)));
    return this.outcome();
  }

  private async delete(entry: Entry): Promise<void> {
    if (entry.pendingReplacement) return this.save(this.stack.begin("deleting", entry), entry, []);
    return this.finish("deleting", entry, [], (provider) => provider.delete(entry.id, wire(entry.outputs) as never));
  }

  private finish(
    type: PendingOperation["type"],
    entry: Entry,
    news: readonly Entry[],
    ask: (provider: ServerIpAddressProvider) => Promise<unknown>,
  ): Promise<void> {
    const pending = this.stack.begin(type, entry);
    return this.noted(pending, async () => {
      await this.hooked(entry.isExplicit, ask);
      this.save(pending, entry, news);
    });
  }

  private async noted(pending: PendingOperation, act: () => Promise<void>): Promise<void> {
    return act().catch((error) => {
      if (this.process.isCliAlive) this.stack.fail(pending);
      throw error;
    });
  }

  private save(pending: PendingOperation, old: Entry | undefined, news: readonly Entry[]): void {
    if (this.process.isCliAlive) this.stack.save(pending, old, news);
  }

  /** The engine asks again in the same process, with the same inputs. The last result counts. */
  private async hooked<T>(isExplicit: boolean, ask: (provider: ServerIpAddressProvider) => Promise<T>): Promise<T> {
    for (let repeats = this.how.repeats ?? 0; ; repeats--) {
      try {
        return await this.asked(isExplicit, ask);
      } catch (error) {
        if (repeats <= 0) throw error;
      }
    }
  }

  /** Whose CLI is dead, is asked for nothing more. */
  private async asked<T>(isExplicit: boolean, ask: (provider: ServerIpAddressProvider) => Promise<T>): Promise<T> {
    if (!this.process.isCliAlive) throw new Error("The CLI has ended.");
    return ask(this.process.provider(isExplicit));
  }

  private isTarget = (urn: string) =>
    this.how.targets === undefined || this.how.targets.some((name) => this.urnOf(name) === urn);
  private urnOf = (name: string) => urnOf(this.stack.name, name);
  private outcome = (): Outcome => ({ ok: this.failures.length === 0, failures: this.failures });

  private failed = (error: unknown): undefined => {
    this.failures.push(error instanceof Error ? error.message : String(error));
  };
}

/** What travels between the engine and the provider is JSON. */
const wire = <T extends object | undefined>(value: T): Record<string, unknown> => JSON.parse(JSON.stringify(value));
