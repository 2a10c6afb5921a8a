import type { UpCloudClient } from "../api/client";
import { isServerStateIllegal } from "../api/errors";
import type { ServerWire } from "../api/wire";
import type { PowerCycle } from "./inputs";
import { type Pace, pollDelaysMs } from "./pace";
import type { PlannedChanges } from "./plannedChanges";
import type { Progress } from "./progress";
import { type HowToStop, ServerCycle } from "./serverCycle";
import {
  type NotStartedError,
  nameOf,
  RefusedThoughStoppedError,
  ServerBusyError,
  ServerRunsError,
} from "./serverFailures";

export interface StoppedChange {
  server: string;
  /** `false`: a running server is left alone, and the change fails. */
  powerCycle: PowerCycle;
  /** Ends waiting and changing; a server that was stopped for the change is started again all the same. */
  signal: AbortSignal;
}

export interface Changed<T> {
  value: T;
  /** The change was made, and the server that had been stopped for it does not run again. */
  notStarted?: NotStartedError;
}

/**
 * Makes changes that UpCloud allows only while their server is stopped. Changes of one server that overlap in time share
 * one stop and one start: the first has it stopped, the last one out has it started, and a change that comes while the
 * last one is about to do so takes the duty over. A server that was stopped stays stopped.
 */
export class StoppedServers {
  private readonly shared = new Map<string, SharedCycle>();
  /** Changes under way in this operation, and those of them that only wait for others to come. */
  private underWay = 0;
  private waiting = 0;

  constructor(
    private readonly servers: UpCloudClient["servers"],
    private readonly progress: Progress,
    private readonly pace: Pace,
    private readonly plan: PlannedChanges,
  ) {}

  async whileStopped<T>(request: StoppedChange, change: () => Promise<T>): Promise<Changed<T>> {
    const { server, powerCycle } = request;
    this.underWay++;
    try {
      if (powerCycle === false) return { value: await this.asItIs(request, change) };
      return await this.together(server, (cycle) => this.stopAndChange(cycle, request, howToStop(powerCycle), change));
    } finally {
      this.underWay--;
      this.plan.sign();
    }
  }

  /** Starts a server that an earlier operation stopped and could not start. */
  async startAgain(server: string, signal: AbortSignal): Promise<void> {
    const { state } = await this.servers.get(server, signal);
    if (state === "stopped") await this.servers.start(server, signal);
  }

  /** A running server is left alone. One in maintenance is on its way somewhere, which is worth waiting for. */
  private async asItIs<T>({ server, signal }: StoppedChange, change: () => Promise<T>): Promise<T> {
    return this.untilAllowed(server, signal, change, async (seen) => {
      if (seen.state === "started" || seen.state === "error") throw new ServerRunsError(seen);
      this.progress.say(server, `${nameOf(seen)}: it is in ${seen.state}, waiting until it is stopped`);
    });
  }

  /** A server that somebody else starts in between is stopped again. */
  private async stopAndChange<T>(
    cycle: ServerCycle,
    { server, signal }: StoppedChange,
    how: HowToStop,
    change: () => Promise<T>,
  ): Promise<T> {
    await cycle.stop(how, signal);
    return this.untilAllowed(server, signal, change, () => cycle.stopAgain(how, signal));
  }

  /**
   * Repeats a change that UpCloud refuses on account of the server's state, which somebody else may be changing too. A
   * refusal though the server is stopped is soon taken at its word.
   */
  private async untilAllowed<T>(
    server: string,
    signal: AbortSignal,
    change: () => Promise<T>,
    prepare: (seen: ServerWire) => Promise<void>,
  ): Promise<T> {
    const delays = pollDelaysMs();
    for (let doubts = 0; ; ) {
      try {
        return await change();
      } catch (error) {
        if (!isServerStateIllegal(error)) throw error;
        const seen = await this.servers.get(server, signal);
        if (seen.state === "stopped" && ++doubts > mostDoubts) {
          throw new RefusedThoughStoppedError(seen, error as Error);
        }
        await prepare(seen);
        await this.pace.sleep(delays.next().value, signal);
        if (signal.aborted) throw new ServerBusyError(seen);
      }
    }
  }

  private async together<T>(server: string, change: (cycle: ServerCycle) => Promise<T>): Promise<Changed<T>> {
    const shared = this.join(server);
    let value: T;
    try {
      await shared.previous;
      await this.whileOthersMayCome(server, () => this.isLargest(shared), longestGatheringMs);
      value = await change(shared.cycle);
    } catch (error) {
      const notStarted = await this.leave(server, shared);
      throw notStarted === undefined ? error : notStarted.after(error);
    }
    const notStarted = await this.leave(server, shared);
    return notStarted === undefined ? { value } : { value, notStarted };
  }

  private join(server: string): SharedCycle {
    const current = this.shared.get(server);
    if (current !== undefined && current.restoring === undefined) {
      current.changes++;
      return current;
    }
    const next: SharedCycle = {
      cycle: new ServerCycle(server, this.servers, this.progress, this.pace),
      changes: 1,
      previous: current?.restoring,
      restoring: undefined,
    };
    this.shared.set(server, next);
    return next;
  }

  private async leave(server: string, shared: SharedCycle): Promise<NotStartedError | undefined> {
    shared.changes--;
    if (shared.changes > 0) return undefined;
    if (shared.cycle.hasStopped) await this.lateComers(server, shared);
    if (shared.changes > 0 || shared.restoring !== undefined) return undefined;
    shared.restoring = shared.cycle.restore();
    const notStarted = await shared.restoring;
    if (this.shared.get(server) === shared) this.shared.delete(server);
    return notStarted;
  }

  /** The server is stopped and waits for late comers; somebody must stay to start it. */
  private async lateComers(server: string, shared: SharedCycle): Promise<void> {
    if (this.plan.isExpecting(server) === undefined) return this.pace.sleep(quietMs);
    await this.whileOthersMayCome(
      server,
      () => shared.changes === 0,
      longestDowntimeMs,
      () => shared.changes > 0,
    );
  }

  /**
   * Waits as long as the program declares more for this server, and the engine goes on handing over. The engine has only
   * so many slots: when everything under way waits, the one that `givesWay` ends it.
   */
  private async whileOthersMayCome(
    server: string,
    givesWay: () => boolean,
    longestMs: number,
    hasCome: () => boolean = () => false,
  ): Promise<void> {
    const since = this.pace.now();
    this.waiting++;
    while (this.plan.isExpecting(server) && !hasCome() && this.pace.now() - since < longestMs) {
      const isStuck = this.waiting >= this.underWay && this.plan.quietMs() > quietMs;
      if (isStuck && givesWay()) break;
      await this.pace.sleep(stepMs);
    }
    this.waiting--;
    this.plan.sign();
  }

  private isLargest({ changes }: SharedCycle): boolean {
    return [...this.shared.values()].every((other) => other.changes <= changes);
  }
}

interface SharedCycle {
  cycle: ServerCycle;
  /** How many changes have joined and not left. */
  changes: number;
  /** The end of the cycle before: its start comes before this one's first look. */
  previous: Promise<unknown> | undefined;
  /** Set when the last one out starts the server: nobody joins any more. */
  restoring: Promise<NotStartedError | undefined> | undefined;
}

/** How often UpCloud may say that a stopped server is not stopped before it must mean something else. */
const mostDoubts = 2;

/** The engine hands over the next change this soon after the one before has ended. */
const quietMs = 1000;
const stepMs = 50;
/** What waiting for more may cost at the most: time while the server runs, and downtime. */
const longestGatheringMs = 5 * 60_000;
const longestDowntimeMs = 60_000;

function howToStop(powerCycle: Exclude<PowerCycle, false>): HowToStop {
  const { stopType = "soft", timeoutSeconds = 120 } = powerCycle === true ? {} : powerCycle;
  return { type: stopType, timeoutSeconds };
}
