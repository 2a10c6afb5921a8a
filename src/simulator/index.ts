import { type Account, accountOf } from "./control/account";
import { FaultQueue } from "./control/faultQueue";
import type { Fault } from "./control/faults";
import { type LoggedRequest, RequestLog } from "./control/requestLog";
import { listen } from "./listen";
import { readChoice, readInteger, readObject, readText, unexpectedValue } from "./model/checks";
import { type Clock, realClock, virtualClock } from "./model/clock";
import type { Credentials } from "./model/entities";
import type { Rules } from "./model/rules";
import { pipeline } from "./pipeline";
import { demoSeed } from "./store/demoSeed";
import { loadSeed } from "./store/loadSeed";
import type { Seed } from "./store/seed";
import { loadState, saveState } from "./store/stateFile";

export type { Account, Assignment } from "./control/account";
export type { AccountAction, AccountVerb } from "./control/accountActions";
export type { Fault, FaultTarget } from "./control/faults";
export type { LoggedRequest } from "./control/requestLog";
export { SetupError } from "./model/checks";
export type { Clock } from "./model/clock";
export type {
  Address,
  Credentials,
  Guest,
  Network,
  Owner,
  ReleasePolicy,
  Server,
  Step,
  Transition,
} from "./model/entities";
export { defaultRules, type Rules } from "./model/rules";
export type { Seed, SeedFloatingIpAddress, SeedIpAddress, SeedServer } from "./store/seed";

/** All are optional; a wrong one is an error that names it, its value and what was expected. */
export interface SimulatorOptions {
  /** Default 0: a free port. */
  port?: number;
  /** The account to begin with. Default: the demo account, with a server that runs and one that does not. */
  seed?: Seed;
  /**
   * A file that keeps the account. Where it exists, it takes the place of the seed. It is written, atomically and
   * durably, before a change is answered.
   */
  stateFile?: string;
  /** How long each request takes on its way, in ms of real time. Default 0. */
  latencyMs?: number;
  /**
   * `virtual` (default): time moves by `rules.requestMs` with each request, and by `clock.advance`; nothing waits.
   * `real`: the computer's time, as on the command line.
   */
  clock?: "virtual" | "real";
  /** Where UpCloud is not documented, and what a test wants otherwise. Wins over the seed's rules. */
  rules?: Partial<Rules>;
}

/** The UpCloud API on this computer. */
export interface Simulator {
  /** `http://127.0.0.1:PORT`, without a version. */
  readonly url: string;
  /** The port it listens on. */
  readonly port: number;
  /** What the account's user signs in with. */
  readonly credentials: Credentials;
  /** What a user of the other account signs in with, to whom everything of this account answers 403. */
  readonly otherCredentials: Credentials;
  /** The requests so far, live; the simulator's own `/__simulator` is not in it. */
  readonly requests: readonly LoggedRequest[];
  /** Forgets the requests so far. */
  clearRequests(): void;
  /** What is to go wrong. */
  readonly faults: {
    /** Queues a fault. Throws a `SetupError` where it is none. */
    add(fault: Fault): void;
    /** Empties the queue. */
    clear(): void;
    /** What is still queued. */
    readonly pending: readonly Fault[];
  };
  /** Time in ms since the start. */
  readonly clock: Clock;
  /** The account, for acting on it from outside the client under test. */
  readonly account: Account;
  /** Closes the listener and every connection. Stopping twice is fine. */
  stop(): Promise<void>;
}

/** Starts the UpCloud API on 127.0.0.1. Throws a `SetupError` that names what is wrong with the options. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port, stateFile, latencyMs, clockKind } = readOptions(options);
  const store =
    (stateFile !== undefined && loadState(stateFile, options.rules)) ||
    loadSeed(options.seed ?? demoSeed, options.rules);
  const clock = clockKind === "real" ? realClock() : virtualClock(store.rules.requestMs);
  const log = new RequestLog();
  const faults = new FaultQueue();
  let savedRevision = -1;
  const save = () => {
    if (stateFile === undefined || store.revision === savedRevision) return;
    saveState(stateFile, store, clock.now());
    savedRevision = store.revision;
  };
  save();
  const account = accountOf(store, clock, save);
  let isStopped = false;
  const parts = { store, clock, account, log, faults, latencyMs, save, isStopped: () => isStopped };
  const listener = await listen(pipeline(parts), port);
  return {
    url: `http://127.0.0.1:${listener.port}`,
    port: listener.port,
    credentials: store.credentialsOf.us,
    otherCredentials: store.credentialsOf.other,
    requests: log.requests,
    clearRequests: () => log.clear(),
    faults,
    clock: { now: clock.now, advance: clock.advance },
    account,
    stop: () => {
      isStopped = true;
      return listener.close();
    },
  };
}

const optionNames = ["port", "seed", "stateFile", "latencyMs", "clock", "rules"];

function readOptions(options: SimulatorOptions) {
  const given = readObject(options, "The options", optionNames);
  if (given.seed === null) throw unexpectedValue("The option seed", null, "an account");
  return {
    port: readInteger(given.port, "The option port", { from: 0, to: 65_535 }, 0),
    stateFile: given.stateFile === undefined ? undefined : readText(given.stateFile, "The option stateFile"),
    latencyMs: readInteger(given.latencyMs, "The option latencyMs", { from: 0, to: 600_000 }, 0),
    clockKind: readChoice(given.clock, "The option clock", ["virtual", "real"], "virtual"),
  };
}
