import type { Fault } from "../../../src/simulator";
import { always } from "../faults";
import { isPending, nameOf, type Outcome } from "../stackEntries";
import type { How } from "./engineOperation";
import { HistoryModel, type World } from "./historyModel";
import type { Interlude, Kill, Step } from "./historySteps";

/** What makes an operation fail. */
export interface Trouble {
  faults: readonly Fault[];
  kill: Kill | undefined;
}

export interface Command extends How {
  operation: "refresh" | "up" | "destroy";
  of: 0 | 1;
}

/** What carries out the operations: Pulumi's engine, or what stands for it. */
export interface Engine extends World {
  /** Lays a kill in wait for the next operation, among the faults. */
  await(kill: Kill): void;
  operate(command: Command, trouble: Trouble): Promise<Outcome>;
  renameStack(of: 0 | 1, name: string): Promise<void>;
  /** A provider that has outlived its CLI ends when its calls have. */
  settle(): Promise<void>;
  /** Leaves nothing behind, also in the middle of things. */
  end(): Promise<void>;
}

/** As many as UpCloud has room for more than a history asks for. */
export const addressLimit = 24;
const mostFurtherUps = 2;
export const none: Trouble = { faults: [], kill: undefined };

/** Carries out operations, and compares what they come to with the model. */
export class Follower {
  readonly story: string[] = [];
  readonly model: HistoryModel;
  private renames = 0;

  constructor(
    readonly engine: Engine,
    runs: boolean,
  ) {
    this.model = new HistoryModel(engine, runs);
  }

  begin(of: 0 | 1, changes: Pick<Step, "edits" | "drifts">): void {
    this.model.begin(of, changes);
    const drift = changes.drifts.length > 0 ? `, drift ${JSON.stringify(changes.drifts)}` : "";
    this.story.push(`program of stack ${of} ${JSON.stringify(this.model.programs[of].resources)}${drift}`);
  }

  /** Until it ends as it has to, within the operations that a user may be asked for. */
  async converge(
    command: Attempt,
    trouble: Trouble = none,
    between: (first: Outcome) => Promise<void> = async () => undefined,
    hasEnded = ({ ok }: Outcome) => ok,
  ): Promise<void> {
    let outcome = await this.attempt(command, trouble);
    await between(outcome);
    for (let ups = 0; !hasEnded(outcome) && ups < mostFurtherUps; ups++) outcome = await this.attempt(command, none);
    if (hasEnded(outcome)) return;
    throw new Error(`Expected ${mostFurtherUps} further ups to reach the program, got ${outcome.failures.join(" | ")}`);
  }

  /** Nothing is left to do, and programs without resources give the account back. */
  async finish(): Promise<void> {
    const { model, engine } = this;
    model.startStep();
    for (const of of [0, 1] as const) {
      model.begin(of, { edits: [], drifts: [] });
      engine.simulator.clearRequests();
      const { ok, failures } = await this.attempt({ of, operation: "up" }, none);
      const writes = engine.simulator.requests.filter(({ method }) => method !== "GET");
      if (!ok || writes.length > 0)
        throw new Error(`Expected nothing to do, got ${JSON.stringify([failures, writes])}`);
    }
    for (const of of [0, 1] as const) {
      model.programs[of].resources = [];
      const destroyed = await this.attempt({ of, operation: of === 0 ? "up" : "destroy" }, none);
      if (!destroyed.ok) throw new Error(`Expected a destroy to end well, got ${destroyed.failures.join(" | ")}`);
    }
    model.compare();
  }

  /** What happens before an operation that was interrupted is completed. */
  async interlude(of: 0 | 1, interlude: Interlude | undefined, { ok }: Outcome): Promise<void> {
    if (interlude === undefined) return;
    const { engine, model } = this;
    const [stack, other] = [engine.stacks[of], of === 0 ? 1 : 0] as const;
    const former = stack.name;
    if (interlude.isRenamed) {
      await engine.renameStack(of, `renamed-${++this.renames}`);
      this.story.push(`stack ${of} is renamed to ${stack.name}`);
    }
    if (interlude.other === "nothing") return;
    // What an interrupted operation has released, and UpCloud assigns to the other stack, nobody can tell from what is still
    // its own: the journal forgets the other stack's create as soon as that one has saved it.
    if (!ok) await engine.settle();
    if (model.hasLost(of)) return;
    const isNew = model.programs[other].resources.length === 0;
    if (isNew && interlude.isRenamed) await engine.renameStack(other, former);
    if (interlude.other !== "copy") this.begin(other, { edits: interlude.other, drifts: [] });
    else if (isNew) {
      model.programs[other].copyOf(model.programs[of]);
      this.begin(other, { edits: [], drifts: [] });
    }
    await this.converge({ of: other, operation: "up" });
  }

  private async attempt({ isRefreshed = false, ...command }: Attempt, trouble: Trouble): Promise<Outcome> {
    const { engine, model } = this;
    const { faults } = engine.simulator;
    faults.clear();
    faults.add({ kind: "act", when: "after", times: always, act: () => model.look() });
    if (trouble.kill !== undefined) engine.await(trouble.kill);
    for (const fault of trouble.faults) faults.add(fault);
    const whole = { program: model.programs[command.of].resources, ...command };
    if (isRefreshed) {
      const refreshed = await this.operate({ ...whole, operation: "refresh" }, trouble);
      if (!refreshed.ok) return refreshed;
    }
    return this.operate(whole, trouble);
  }

  private async operate(command: Command, trouble: Trouble): Promise<Outcome> {
    const { engine, model, story } = this;
    const outcome = await engine.operate(command, trouble);
    const { operation, of, targets } = command;
    const what = `${operation} of stack ${of}${targets === undefined ? "" : ` --target ${targets}`}`;
    story.push(`${what}: ${outcome.ok ? "ok" : outcome.failures.join(" | ")} ${JSON.stringify(summary(engine, of))}`);
    model.invariants();
    return outcome;
  }
}

/** An operation as a user asks for it, as often as it takes. */
export interface Attempt extends Partial<How> {
  operation: "up" | "destroy";
  of: 0 | 1;
  /** With a refresh first. */
  isRefreshed?: boolean;
}

const summary = ({ stacks }: Engine, of: 0 | 1) =>
  stacks[of].entries.map((one) => `${nameOf(one)}=${one.id}${isPending(one) ? " pending" : ""}`);
