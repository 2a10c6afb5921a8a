import type { Clock } from "../../src/simulator";
import { type Machine, type Operation, paceOf } from "./operation";

const never = () => new Promise<never>(() => undefined);

/** A provider process that can be killed at any moment: from then on nothing more of it happens, and nothing comes back. */
export class MortalProcess {
  readonly operation: Operation;
  /** The Pulumi CLI that it works for. */
  isCliAlive = true;
  private isDead = false;
  /** Writes to the disk that have begun. */
  private writing = 0;

  /** @param id of the process: by default of one that runs no more when the next one looks */
  constructor(machine: Machine, env: Record<string, string> = {}, id?: number) {
    const pace = this.paceOf(machine.simulator.clock);
    const isEngineAlive = async () => this.isCliAlive;
    this.operation = machine.operation(id, "1.2", { env, pace, isEngineAlive });
    const { session } = this.operation;
    for (const verbs of [session.client().ipAddresses, session.client().servers]) {
      for (const name of Object.keys(verbs)) this.makeMortal(verbs, name);
    }
    for (const name of [
      "begin",
      "beginAdoption",
      "inDoubt",
      "assigned",
      "reported",
      "drop",
      "takeOver",
      "discard",
      "acknowledge",
      "claim",
    ]) {
      this.makeMortal(session.journal, name, (change) => {
        this.writing += change;
      });
    }
  }

  kill(): void {
    this.isDead = true;
  }

  /** What the disk and the network have taken from it before has its effect. */
  async afterlife({ url }: { url: string }): Promise<void> {
    do {
      for (let turns = 0; turns < 3; turns++) await (await fetch(`${url}/__simulator/faults`)).text();
    } while (this.writing > 0);
  }

  private paceOf(clock: Clock) {
    const { now, sleep } = paceOf(clock);
    return { now, sleep: (ms: number) => (this.isDead ? never() : sleep(ms)) };
  }

  private makeMortal(target: object, name: string, busy: (change: 1 | -1) => void = () => undefined): void {
    const methods = target as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const method = methods[name]?.bind(target);
    if (method === undefined) throw new Error(`There is no ${name} to make mortal.`);
    methods[name] = async (...args) => {
      if (this.isDead) return never();
      busy(1);
      try {
        return await method(...args);
      } finally {
        busy(-1);
        if (this.isDead) await never();
      }
    };
  }
}
