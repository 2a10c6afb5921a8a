import { type Account, createAccount } from "./control/account";
import { AddressChanges } from "./control/addressChanges";
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

/**
 * Options of `startSimulator`. All are optional. An invalid one throws a `SetupError` with its name, its value and what
 * is expected.
 */
export interface SimulatorOptions {
  /**
   * The TCP port to listen on, 0 to 65535. 0 selects a free port.
   *
   * @default 0
   */
  port?: number;
  /**
   * The account to start with.
   *
   * @default the demo account, with one running and one stopped server
   */
  seed?: Seed;
  /**
   * A file that keeps the account across restarts. If the file exists, it overrides `seed`. Each change is written
   * to it, atomically and durably, before the response is sent.
   *
   * @default none: the account is lost when the simulator stops
   */
  stateFile?: string;
  /**
   * Delay before each request takes effect, in ms of real time, 0 to 600000.
   *
   * @default 0
   */
  latencyMs?: number;
  /**
   * `virtual`: each request advances the time by `rules.requestMs`, and `clock.advance` advances it by hand; nothing
   * waits. `real`: the time of the computer, as on the command line.
   *
   * @default "virtual"
   */
  clock?: "virtual" | "real";
  /**
   * Overrides for behaviour that UpCloud does not document, or that a test needs to be different. They override the
   * rules of the seed and of the state file.
   *
   * @default none
   */
  rules?: Partial<Rules>;
}

/** A running simulator of the UpCloud API. */
export interface Simulator {
  /** The base URL, `http://127.0.0.1:PORT`, without an API version. */
  readonly url: string;
  /** The TCP port it listens on. */
  readonly port: number;
  /** The credentials of the account. */
  readonly credentials: Credentials;
  /** The credentials of the other account. With them, every resource of this account responds with 403. */
  readonly otherCredentials: Credentials;
  /** The requests so far, oldest first; a live view. Requests to `/` and `/__simulator/` are not logged. */
  readonly requests: readonly LoggedRequest[];
  /** Empties the request log. */
  clearRequests(): void;
  /** Faults that the next matching requests meet. */
  readonly faults: {
    /** Queues a fault. Throws a `SetupError` if the fault is invalid. */
    add(fault: Fault): void;
    /** Empties the queue. */
    clear(): void;
    /**
     * The faults that are still queued, with the `times` and `skip` that are left; a live view. A test that expects all
     * its faults to be met ends with `expect(simulator.faults.pending).toEqual([])`.
     */
    readonly pending: readonly Fault[];
  };
  /** The simulator's time, in ms since its start. */
  readonly clock: Clock;
  /** The account, to read and change it without the client under test. */
  readonly account: Account;
  /** Closes the listener and every connection. Calling it again has no effect. */
  stop(): Promise<void>;
}

/** Starts the simulator on 127.0.0.1. Throws a `SetupError` if an option, the seed or the state file is invalid. */
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
  const account = createAccount(store, clock, save);
  let isStopped = false;
  const changes = new AddressChanges();
  const parts = { store, clock, account, log, changes, faults, latencyMs, save, isStopped: () => isStopped };
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
  const given = readObject(options, "The options object", optionNames);
  if (given.seed === null) throw unexpectedValue("The option seed", null, "an account");
  return {
    port: readInteger(given.port, "The option port", { from: 0, to: 65_535 }, 0),
    stateFile: given.stateFile === undefined ? undefined : readText(given.stateFile, "The option stateFile"),
    latencyMs: readInteger(given.latencyMs, "The option latencyMs", { from: 0, to: 600_000 }, 0),
    clockKind: readChoice(given.clock, "The option clock", ["virtual", "real"], "virtual"),
  };
}
