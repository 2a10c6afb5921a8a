import type { UpCloudClient } from "../api/client";
import { isServerGone } from "../api/errors";
import type { PowerCycle } from "./inputs";
import type { OwedStarts } from "./owedStarts";
import type { Pace } from "./pace";
import type { PlannedChanges } from "./plannedChanges";
import type { Progress } from "./progress";
import { type HowToStop, ServerCycle } from "./serverCycle";
import { NoTimeLeftError, type NotStartedError } from "./serverFailures";
import { type Change, StateRefusals, type StoppedChange } from "./stateRefusals";

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
  private readonly refusals: StateRefusals;

  constructor(
    private readonly servers: UpCloudClient["servers"],
    private readonly progress: Progress,
    private readonly pace: Pace,
    private readonly plan: PlannedChanges,
    private readonly owedStarts: OwedStarts,
  ) {
    this.refusals = new StateRefusals(servers, progress, pace);
  }

  /** Where the server is deleted meanwhile, a release only looks whether the address went with it; an assign fails. */
  async whileStopped<T>(request: StoppedChange, change: Change<T>): Promise<Changed<T>> {
    this.underWay++;
    try {
      if (request.powerCycle === false) return { value: await this.refusals.waitedOut(request, change) };
      return await this.together(request, howToStop(request.powerCycle), change);
    } catch (error) {
      if (!isServerGone(error)) throw error;
      this.owedStarts.settle(request.server);
      if (request.purpose === "release") return { value: await change("gone") };
      throw error.andThen(nothingAssigned);
    } finally {
      this.underWay--;
      this.plan.sign();
    }
  }

  /**
   * Starts a server that an earlier operation stopped and could not start, after what is under way there. Fails with
   * UpCloud's word where the server is gone: its addresses went with it.
   */
  async startAgain(server: string): Promise<void> {
    const { notStarted, gone } = await this.started(server);
    if (gone !== undefined) throw gone.andThen(addressesGone);
    if (notStarted !== undefined) throw notStarted;
  }

  /** The same where nothing is left to do but the start: an operation ended after its change, or its start has failed. */
  async startIfOwed(server: string): Promise<NotStartedError | undefined> {
    return this.isStartOwed(server) ? (await this.started(server)).notStarted : undefined;
  }

  private isStartOwed(server: string): boolean {
    return this.leftStopped.has(server) || this.owedStarts.isOwed(server);
  }

  private async together<T>(request: StoppedChange, how: HowToStop, change: Change<T>): Promise<Changed<T>> {
    const { server, purpose, signal } = request;
    const shared = this.join(server);
    let value: T;
    try {
      await shared.previous;
      shared.cycle.wasLeftStopped ||= this.isStartOwed(server);
      await this.gather(server, shared, signal);
      await shared.cycle.stop(how, signal);
      value = await this.refusals.untilAllowed(request, change, () => shared.cycle.stopAgain(how, signal));
    } catch (error) {
      if (isServerGone(error)) shared.cycle.gone = error;
      const notStarted = await this.leave(server, shared, purpose);
      throw notStarted === undefined ? error : notStarted.after(error);
    }
    const notStarted = await this.leave(server, shared, purpose);
    // What was assigned went with the server.
    if (purpose === "assign" && shared.cycle.gone !== undefined) throw shared.cycle.gone;
    return notStarted === undefined ? { value } : { value, notStarted };
  }

  private async started(server: string) {
    const shared = this.join(server);
    shared.cycle.wasLeftStopped = true;
    await shared.previous;
    await this.leave(server, shared, "release");
    return { notStarted: await shared.ended, gone: shared.cycle.gone };
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

const nothingAssigned =
  "Nothing is assigned to it: where it was deleted while this operation waited, give the resource another server, or remove it.";
const addressesGone = "Its addresses went with it: run `pulumi refresh`, then `pulumi up`.";

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
