import type { Fault, Seed } from "../../src/simulator";
import { HistoryModel, seedOf, type World } from "./historyModel";
import type { History, Kill, Step } from "./historySteps";
import { type Declared, isPending, type Outcome } from "./stackEntries";

/** What makes an operation fail. */
export interface Trouble {
  faults: readonly Fault[];
  kill: Kill | undefined;
}

/** What carries out the operations: Pulumi's engine, or what stands for it. */
export interface Engine extends World {
  /** Lays a kill in wait for the next operation, among the faults. */
  await(kill: Kill): void;
  operate(operation: "refresh" | "up", program: readonly Declared[], trouble: Trouble): Promise<Outcome>;
  /** A provider that has outlived its CLI ends when its calls have. */
  settle(): Promise<void>;
  /** Leaves nothing behind, also in the middle of things. */
  end(): Promise<void>;
}

/** As many as UpCloud has room for more than a history asks for. */
export const addressLimit = 12;
const mostFurtherUps = 2;
const none: Trouble = { faults: [], kill: undefined };

/**
 * Follows a history with the life cycle and with a model that knows nothing of how it works: after each step, and at most
 * two further operations without faults, the account has what the program declares.
 */
export async function follow(history: History, start: (seed: Seed) => Promise<Engine>): Promise<void> {
  const engine = await start(seedOf(history));
  const follower = new Follower(engine, history.runs);
  try {
    for (const step of history.steps) await follower.step(step);
    await follower.finish();
  } catch (error) {
    const story = follower.story.map((line) => `  ${line}`).join("\n");
    throw new Error(`${error instanceof Error ? error.message : error}\nThe history:\n${story}`);
  } finally {
    await engine.end();
  }
}

class Follower {
  readonly story: string[] = [];
  private readonly model: HistoryModel;

  constructor(
    private readonly engine: Engine,
    runs: boolean,
  ) {
    this.model = new HistoryModel(engine, runs);
  }

  async step({ faults, kill, ...step }: Step): Promise<void> {
    const { model } = this;
    const hasDrifted = step.drifts.length > 0;
    const expected = model.begin(step);
    const drift = hasDrifted ? `, drift ${JSON.stringify(step.drifts)}` : "";
    this.story.push(`program ${JSON.stringify(model.program.resources)}${drift}`);
    let outcome = await this.attempt(hasDrifted, { faults, kill });
    for (let ups = 0; !outcome.ok && ups < mostFurtherUps; ups++) outcome = await this.attempt(hasDrifted, none);
    if (!outcome.ok)
      throw new Error(
        `Expected ${mostFurtherUps} further ups to reach the program, got ${outcome.failures.join(" | ")}`,
      );
    await this.engine.settle();
    model.compare(expected);
    const wasTold = this.story.some((line) => line.includes("could not be started again"));
    model.serverRunsAgain(kill !== undefined || wasTold);
    model.program.dropAliases();
  }

  /** Nothing is left to do, and a program without resources gives the account back. */
  async finish(): Promise<void> {
    const { model, engine } = this;
    model.begin({ edits: [], drifts: [] });
    engine.simulator.clearRequests();
    const { ok, failures } = await this.attempt(false, none);
    const writes = engine.simulator.requests.filter(({ method }) => method !== "GET");
    if (!ok || writes.length > 0) throw new Error(`Expected nothing to do, got ${JSON.stringify([failures, writes])}`);
    model.program.resources = [];
    const destroyed = await this.attempt(false, none);
    if (!destroyed.ok) throw new Error(`Expected a destroy to end well, got ${destroyed.failures.join(" | ")}`);
    model.compare({ purchases: 0, ptrRecords: new Map() });
  }

  private async attempt(hasDrifted: boolean, trouble: Trouble): Promise<Outcome> {
    const { engine, model } = this;
    const { faults } = engine.simulator;
    faults.clear();
    faults.add({ kind: "act", when: "after", times: 1_000_000, act: () => model.look() });
    if (trouble.kill !== undefined) engine.await(trouble.kill);
    for (const fault of trouble.faults) faults.add(fault);
    if (hasDrifted) {
      const refreshed = await this.operate("refresh", trouble);
      if (!refreshed.ok) return refreshed;
    }
    return this.operate("up", trouble);
  }

  private async operate(operation: "refresh" | "up", trouble: Trouble): Promise<Outcome> {
    const { engine, model, story } = this;
    const outcome = await engine.operate(operation, model.program.resources, trouble);
    story.push(`${operation}: ${outcome.ok ? "ok" : outcome.failures.join(" | ")} ${JSON.stringify(summary(engine))}`);
    return outcome;
  }
}

const summary = ({ stack: { entries } }: Engine) =>
  entries.map((one) => `${one.urn.split("::").at(-1)}=${one.id}${isPending(one) ? " pending" : ""}`);
