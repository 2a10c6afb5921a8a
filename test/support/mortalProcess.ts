import { randomUUID } from "node:crypto";
import type { ServerIpAddressProvider } from "../../src/provider/serverIpAddress/provider";
import type { Session } from "../../src/provider/session";
import type { Clock } from "../../src/simulator";
import type { StackState } from "../../src/state/stackState";
import { type Machine, type Operation, timerOf } from "./operation";

const never = () => new Promise<never>(() => undefined);

interface Surroundings {
  /** All states that the provider could read, not only that of the operation's stack. */
  states: () => StackState[];
  env: Record<string, string>;
  /** Of processes that run, one for each provider. Default: of processes that run no more when the next one looks. */
  ids: readonly (number | undefined)[];
}

/**
 * The provider processes of one operation of the engine: the default provider's, and that of an explicit provider. They can
 * be killed together at any moment: from then on nothing more of them happens, and nothing comes back.
 */
export class MortalProcess {
  /** The Pulumi CLI that it works for. */
  isCliAlive = true;
  private isDead = false;
  /** Writes to the disk that have begun. */
  private writing = 0;
  private readonly engine: string;
  private readonly operations = new Map<boolean, Operation>();

  constructor(
    private readonly machine: Machine,
    private readonly around: Surroundings,
  ) {
    this.engine = `127.0.0.1:${++names}`;
    liveEngines.add(this.engine);
  }

  provider = (isExplicit: boolean): ServerIpAddressProvider => {
    const operation = this.operations.get(isExplicit) ?? this.start(isExplicit);
    this.operations.set(isExplicit, operation);
    return operation.provider;
  };

  kill(): void {
    this.isDead = true;
  }

  killCli(): void {
    this.isCliAlive = false;
    liveEngines.delete(this.engine);
  }

  /** What the disk and the network have taken from it before has its effect. */
  async afterlife({ url }: { url: string }): Promise<void> {
    liveEngines.delete(this.engine);
    do {
      for (let turns = 0; turns < 3; turns++) await (await fetch(`${url}/__simulator/faults`)).text();
    } while (this.writing > 0);
  }

  private start(isExplicit: boolean): Operation {
    const { machine, around, engine } = this;
    const id = around.ids[isExplicit ? 1 : 0] ?? 2 ** 22 + ++names;
    const operation = machine.operation(id, "1.2", {
      env: around.env,
      process: { id, run: randomUUID(), host: "this machine", engine },
      timer: this.timerOf(machine.simulator.clock),
      isEngineAlive: async (address = engine) => liveEngines.has(address),
      async readState(_hints, isOfThisOperation) {
        const state = around.states().find(isOfThisOperation);
        if (state === undefined) throw new Error("No state shows the operation.");
        return state;
      },
    });
    this.makeSessionMortal(operation.session);
    return operation;
  }

  private makeSessionMortal(session: Session): void {
    for (const verbs of [session.client().ipAddresses, session.client().servers]) {
      for (const name of Object.keys(verbs)) this.makeMortal(verbs, name);
    }
    for (const name of journalWrites) {
      this.makeMortal(session.journal, name, (change) => {
        this.writing += change;
      });
    }
  }

  private timerOf(clock: Clock) {
    const { now, sleep } = timerOf(clock);
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

const journalWrites = [
  "begin",
  "beginAdoption",
  "recordInDoubt",
  "recordAssigned",
  "recordReported",
  "drop",
  "takeOver",
  "discard",
  "acknowledge",
  "claim",
];
const liveEngines = new Set<string>();
let names = 0;
