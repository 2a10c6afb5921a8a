import { type ChildProcess, spawn } from "node:child_process";
import type { Seed, Simulator } from "../../src/simulator";
import { addressLimit, type Engine, type Trouble } from "./followHistory";
import type { Kill } from "./historySteps";
import { MortalProcess } from "./mortalProcess";
import { Machine } from "./operation";
import { PulumiStack } from "./pulumiStack";
import type { Declared, Outcome } from "./stackEntries";

/** Drives the life cycle in this process, in the simulator's time. */
export class SimulatedEngine implements Engine {
  readonly stack: PulumiStack;
  readonly simulator: Simulator;
  readonly journalDirectory: string;
  private process: MortalProcess | undefined;
  private died: (() => void) | undefined;
  private orphan: Promise<unknown> | undefined;

  private constructor(private readonly machine: Machine) {
    this.simulator = machine.simulator;
    this.journalDirectory = machine.journalDirectory;
    this.stack = new PulumiStack();
    machine.state = () => this.stack.state();
  }

  static async start(this: void, seed: Seed): Promise<SimulatedEngine> {
    return new SimulatedEngine(await Machine.start({ seed, rules: { addressLimit } }));
  }

  await({ after: skip, when, what, lostSaves }: Kill): void {
    const { faults } = this.simulator;
    const act = () => {
      if (this.process === undefined) return;
      if (what !== "cli") this.process.kill();
      if (what !== "provider") this.process.isCliAlive = false;
      if (what === "both") this.stack.loseSaves(lostSaves);
      this.died?.();
    };
    faults.add({ kind: "act", skip, when: when === "before-effect" ? "before" : "after", act });
    if (when === "before-effect" && what !== "cli") faults.add({ kind: "drop", when, skip });
  }

  async operate(
    operation: "refresh" | "up",
    program: readonly Declared[],
    { faults, kill }: Trouble,
  ): Promise<Outcome> {
    const env = faults.some(({ kind }) => kind === "no-answer") ? { UPCLOUD_REQUEST_TIMEOUT: "1s" } : {};
    // Somebody with the id of the provider has to run for as long as that lives on.
    const standIn = kill?.what === "cli" ? spawn("sleep", ["600"], { stdio: "ignore" }) : undefined;
    const process = new MortalProcess(this.machine, env, standIn?.pid);
    this.process = process;
    const death = new Promise<Outcome>((resolve) => {
      this.died = () => resolve({ ok: false, failures: [`killed: ${JSON.stringify(kill)}`] });
    });
    const work = operation === "refresh" ? this.stack.refresh(process) : this.stack.up(program, process);
    const outcome = await Promise.race([work, death]);
    this.process = undefined;
    if (!process.isCliAlive && standIn !== undefined) this.orphan = work.finally(() => ended(standIn));
    else {
      await process.afterlife(this.simulator);
      if (standIn !== undefined) await ended(standIn);
    }
    return outcome;
  }

  async settle(): Promise<void> {
    await this.orphan;
    this.orphan = undefined;
  }

  async end(): Promise<void> {
    await this.settle();
    await this.machine.end();
  }
}

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
