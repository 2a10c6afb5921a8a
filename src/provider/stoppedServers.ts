import type { UpCloudClient } from "../api/client";
import { isServerStateIllegal } from "../api/errors";
import type { ServerWire } from "../api/wire";
import type { PowerCycle } from "./inputs";
import type { OwedStarts } from "./owedStarts";
import { type Pace, pollDelaysMs } from "./pace";
import type { PlannedChanges } from "./plannedChanges";
import type { Progress } from "./progress";
import { type HowToStop, ServerCycle } from "./serverCycle";
import {
  NoTimeLeftError,
  type NotStartedError,
  nameOf,
  RefusedThoughStoppedError,
  ServerInErrorError,
  ServerRunsError,
} from "./serverFailures";

export interface StoppedChange {
  server: string;
  purpose: "assign" | "release";
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
 * one stop and one start: they gather before the server is stopped, and the last one out has it started. A change that
 * comes while that one is about to do so takes the duty over. A server that was stopped stays stopped.
 */
export class StoppedServers {
  private readonly shared = new Map<string, SharedCycle>();
  /** Servers that this operation has stopped and could not start again. */
  private readonly leftStopped = new Set<string>();
  /** Changes under way in this operation, and those of them that only wait for others to come. */
  private underWay = 0;
  private waiting = 0;

  constructor(
    private readonly servers: UpCloudClient["servers"],
    private readonly progress: Progress,
    private readonly pace: Pace,
    private readonly plan: PlannedChanges,
    private readonly owedStarts: OwedStarts,
  ) {}

  async whileStopped<T>(request: StoppedChange, change: () => Promise<T>): Promise<Changed<T>> {
    this.underWay++;
    try {
      if (request.powerCycle === false) return { value: await this.asItIs(request, change) };
      return await this.together(request, howToStop(request.powerCycle), change);
    } finally {
      this.underWay--;
      this.plan.sign();
    }
  }

  /** Starts a server that an earlier operation stopped and could not start, after what is under way there. */
  async startAgain(server: string): Promise<void> {
    const notStarted = await this.started(server);
    if (notStarted !== undefined) throw notStarted;
  }

  /** The same where nothing is left to do but the start: an operation ended after its change, or its start has failed. */
  async startIfOwed(server: string): Promise<NotStartedError | undefined> {
    return this.isStartOwed(server) ? this.started(server) : undefined;
  }

  private isStartOwed(server: string): boolean {
    return this.leftStopped.has(server) || this.owedStarts.isOwed(server);
  }

  private async together<T>(request: StoppedChange, how: HowToStop, change: () => Promise<T>): Promise<Changed<T>> {
    const { server, purpose, signal } = request;
    const shared = this.join(server);
    let value: T;
    try {
      await shared.previous;
      shared.cycle.wasLeftStopped ||= this.isStartOwed(server);
      await this.gather(server, shared, signal);
      await shared.cycle.stop(how, signal);
      value = await this.untilAllowed(request, change, () => shared.cycle.stopAgain(how, signal));
    } catch (error) {
      const notStarted = await this.leave(server, shared, purpose);
      throw notStarted === undefined ? error : notStarted.after(error);
    }
    const notStarted = await this.leave(server, shared, purpose);
    return notStarted === undefined ? { value } : { value, notStarted };
  }

  /** A running server is left alone. One in maintenance is on its way somewhere, which is worth waiting for. */
  private async asItIs<T>(request: StoppedChange, change: () => Promise<T>): Promise<T> {
    const since = this.pace.now();
    return this.untilAllowed(request, change, async (seen) => {
      if (seen.state === "error") throw new ServerInErrorError(seen);
      if (seen.state === "started") throw new ServerRunsError(seen, request.purpose);
      if (seen.state !== "maintenance") return;
      this.progress.say(request.server, `${nameOf(seen)}: it is in maintenance, waiting until it is stopped`, since);
    });
  }

  /**
   * Repeats a change that UpCloud refuses on account of the server's state, which somebody else may be changing too. A
   * refusal though the server is stopped is soon taken at its word.
   */
  private async untilAllowed<T>(
    { server, purpose, signal }: StoppedChange,
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
          throw new RefusedThoughStoppedError(seen, purpose, error as Error);
        }
        await prepare(seen);
        await this.pace.sleep(delays.next().value, signal);
        if (signal.aborted) throw new NoTimeLeftError(server);
      }
    }
  }

  private async started(server: string): Promise<NotStartedError | undefined> {
    const shared = this.join(server);
    shared.cycle.wasLeftStopped = true;
    await shared.previous;
    await this.leave(server, shared, "release");
    return shared.ended;
  }

  private join(server: string): SharedCycle {
    const current = this.shared.get(server);
    if (current !== undefined && !current.isRestoring) {
      current.changes++;
      return current;
    }
    let end: SharedCycle["end"] = () => undefined;
    const ended = new Promise<NotStartedError | undefined>((resolve) => {
      end = resolve;
    });
    const next: SharedCycle = {
      cycle: new ServerCycle(server, this.servers, this.progress, this.pace, this.owedStarts),
      changes: 1,
      previous: current?.ended,
      isRestoring: false,
      ended,
      end,
    };
    this.shared.set(server, next);
    return next;
  }

  private async leave(
    server: string,
    shared: SharedCycle,
    purpose: StoppedChange["purpose"],
  ): Promise<NotStartedError | undefined> {
    shared.changes--;
    if (shared.changes > 0) return undefined;
    if (shared.cycle.stoppedAtMs !== undefined && shared.cycle.owesStart) {
      await this.lateComers(server, shared, purpose);
    }
    if (shared.changes > 0 || shared.isRestoring) return undefined;
    shared.isRestoring = true;
    const notStarted = await shared.cycle.restore();
    if (notStarted === undefined) this.leftStopped.delete(server);
    else this.leftStopped.add(server);
    shared.end(notStarted);
    if (this.shared.get(server) === shared) this.shared.delete(server);
    return notStarted;
  }

  /** The server still runs and waits for the rest of the program's addresses; nothing to gain where it is off. */
  private async gather(server: string, shared: SharedCycle, signal: AbortSignal): Promise<void> {
    const { cycle } = shared;
    if (!this.plan.isExpecting(server) || (await cycle.isStoppedAlready(signal))) return;
    const since = this.pace.now();
    await this.whileOthersMayCome(server, (isStuck) => {
      if (signal.aborted) throw new NoTimeLeftError(server);
      if (cycle.stoppedAtMs !== undefined || this.pace.now() - since > longestGatheringMs) return false;
      cycle.say("waiting for the rest of its addresses before it is stopped", since);
      return !(isStuck && this.isLargest(shared));
    });
  }

  /** The server is off and waits for late comers; somebody must stay to start it. */
  private async lateComers(server: string, shared: SharedCycle, purpose: StoppedChange["purpose"]): Promise<void> {
    // Of releases nothing is planned: the next one comes at once, or not at all.
    if (purpose === "release" || this.plan.isExpecting(server) === undefined) await this.pace.sleep(quietMs);
    const { cycle } = shared;
    const offSince = cycle.stoppedAtMs ?? this.pace.now();
    await this.whileOthersMayCome(server, (isStuck) => {
      cycle.say("waiting for more of its addresses before it is started", offSince);
      return shared.changes === 0 && !isStuck && this.pace.now() - offSince < longestDowntimeMs;
    });
  }

  /**
   * Waits as long as the program declares more for this server, and `goesOn`. The engine has only so many slots: it is
   * stuck when everything under way waits and nothing has come from it for a moment.
   */
  private async whileOthersMayCome(server: string, goesOn: (isStuck: boolean) => boolean): Promise<void> {
    this.waiting++;
    try {
      const isStuck = () => this.waiting >= this.underWay && this.plan.quietMs() > quietMs;
      while (this.plan.isExpecting(server) && goesOn(isStuck())) await this.pace.sleep(stepMs);
    } finally {
      this.waiting--;
      this.plan.sign();
    }
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
  /** The last one out starts the server: nobody joins any more. */
  isRestoring: boolean;
  ended: Promise<NotStartedError | undefined>;
  end(notStarted: NotStartedError | undefined): void;
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
