import { type ChildProcess, spawn } from "node:child_process";
import type { Seed, Simulator } from "../../src/simulator";
import { EngineOperation } from "./history/engineOperation";
import { addressLimit, type Command, type Engine, type Trouble } from "./history/follower";
import type { Kill } from "./history/historySteps";
import { MortalProcess } from "./mortalProcess";
import { Machine } from "./operation";
import { PulumiStack } from "./pulumiStack";
import type { Outcome } from "./stackEntries";

/** Drives the lifecycle in this process, in the simulator's time. */
export class SimulatedEngine implements Engine {
  readonly stacks: readonly [PulumiStack, PulumiStack];
  readonly simulator: Simulator;
  readonly journalDirectory: string;
  private process: MortalProcess | undefined;
  private died: ((lostSaves: number) => void) | undefined;
  private orphan: Promise<unknown> | undefined;

  private constructor(
    private readonly machine: Machine,
    names: readonly [string, string],
  ) {
    this.simulator = machine.simulator;
    this.journalDirectory = machine.journalDirectory;
    this.stacks = [new PulumiStack(names[0]), new PulumiStack(names[1])];
  }

  static async start(this: void, seed: Seed, names: readonly [string, string]): Promise<SimulatedEngine> {
    return new SimulatedEngine(await Machine.start({ seed, rules: { addressLimit } }), names);
  }

  await({ after: skip, when, what, lostSaves }: Kill): void {
    const { faults } = this.simulator;
    const act = () => {
      if (this.process === undefined) return;
      if (what !== "cli") this.process.kill();
      if (what !== "provider") this.process.killCli();
      this.died?.(what === "both" ? lostSaves : 0);
    };
    faults.add({ kind: "act", skip, when: when === "before-effect" ? "before" : "after", act });
    if (when === "before-effect" && what !== "cli") faults.add({ kind: "drop", when, skip });
  }

  async operate({ operation, of, ...how }: Command, { faults, kill }: Trouble): Promise<Outcome> {
    const stack = this.stacks[of];
    const env = faults.some(({ kind }) => kind === "no-answer") ? { UPCLOUD_REQUEST_TIMEOUT: "1s" } : {};
    // Somebody with the id of a provider has to run for as long as that lives on, or is at work beside another one.
    const hasTwoProviders = [...how.program, ...stack.entries].some(({ isExplicit }) => isExplicit === true);
    const standIns = kill?.what === "cli" || hasTwoProviders ? [standIn(), standIn()] : [];
    // The lifecycle has to find out for itself which state is that of its stack.
    const states = () => this.stacks.map((one) => one.state()).reverse();
    const process = new MortalProcess(this.machine, { states, env, ids: standIns.map(({ pid }) => pid) });
    this.process = process;
    const death = new Promise<Outcome>((resolve) => {
      this.died = (lostSaves) => {
        stack.loseSaves(lostSaves);
        resolve({ ok: false, failures: [`killed: ${JSON.stringify(kill)}`] });
      };
    });
    const work = new EngineOperation(stack, process, how)[operation]();
    const outcome = await Promise.race([work, death]);
    this.process = undefined;
    const end = () => Promise.all(standIns.map(ended));
    if (!process.isCliAlive && kill?.what === "cli") this.orphan = work.finally(end);
    else {
      await process.afterlife(this.simulator);
      await end();
    }
    return outcome;
  }

  async renameStack(of: 0 | 1, name: string): Promise<void> {
    this.stacks[of].rename(name);
  }

  async settle(): Promise<void> {
    await this.orphan;
    this.orphan = undefined;
  }

  async end(): Promise<void> {
    await this.settle();
    // A fault at a random moment of a history may come after its last request.
    this.simulator.faults.clear();
    await this.machine.end();
  }
}

const standIn = () => spawn("sleep", ["600"], { stdio: "ignore" });

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
