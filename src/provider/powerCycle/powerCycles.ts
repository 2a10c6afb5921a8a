import type { UpCloudClient } from "../../api/client";
import { isServerGone } from "../../api/errors/upCloudError";
import type { OperationChanges } from "../../journal/operationChanges";
import type { OwedStarts } from "../../journal/pendingRestarts";
import type { PowerCycle } from "../../model/inputs";
import type { Progress } from "../runtime/progress";
import type { Pace } from "../runtime/timer";
import { type Gathered, Gathering, pollMs } from "./batching";
import { NoTimeLeftError, type NotStartedError } from "./errors";
import type { PlannedChanges } from "./expectedCreates";
import { type HowToStop, ServerCycle } from "./powerCycle";
import { type Change, StateRefusals, type StoppedChange } from "./stateRefusals";

export interface Changed<T> {
  value: T;
  /** The change was made, and the server that had been stopped for it does not run again. */
  notStarted?: NotStartedError;
}

/**
 * Makes changes that UpCloud allows only while their server is stopped. Changes of one server that overlap in time share
 * one stop and one start: they gather before the server is stopped, and the last one out has it started. A change that
 * comes while that one is about to do so takes the duty over. A server that was stopped stays stopped. Where an operation
 * has several provider processes, the one that stopped the server starts it when the changes of all have ended.
 */
export class StoppedServers {
  private readonly shared = new Map<string, SharedCycle>();
  /** Servers that this operation has stopped and could not start again. */
  private readonly leftStopped = new Set<string>();
  private readonly gathering: Gathering;
  private readonly refusals: StateRefusals;

  constructor(
    private readonly servers: UpCloudClient["servers"],
    private readonly progress: Progress,
    private readonly pace: Pace,
    plan: PlannedChanges,
    private readonly owedStarts: OwedStarts,
    private readonly processes: OperationChanges,
  ) {
    this.gathering = new Gathering(pace, plan, processes);
    this.refusals = new StateRefusals(servers, progress, pace);
  }

  /** Where the server is deleted meanwhile, a release only looks whether the address went with it; an assign fails. */
  async whileStopped<T>(request: StoppedChange, change: Change<T>): Promise<Changed<T>> {
    this.gathering.begin();
    try {
      if (request.powerCycle === false) return { value: await this.refusals.waitedOut(request, change) };
      return await this.together(request, howToStop(request.powerCycle), change);
    } catch (error) {
      if (!isServerGone(error)) throw error;
      this.owedStarts.settle(request.server);
      if (request.purpose === "release") return { value: await change("gone") };
      throw error.withNote(nothingAssigned);
    } finally {
      this.gathering.end();
    }
  }

  /**
   * Starts a server that an earlier operation stopped and could not start, after what is under way there. Fails with
   * UpCloud's word where the server is gone: its addresses went with it.
   */
  async startAgain(server: string): Promise<void> {
    const { notStarted, gone } = await this.started(server);
    if (gone !== undefined) throw gone.withNote(addressesGone);
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
      await this.begin(server, shared, signal);
      await this.gathering.beforeStop(server, shared, signal, () => this.isLargest(shared));
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

  /** Another process that starts the server at this moment does so first. */
  private async begin(server: string, { cycle }: SharedCycle, signal: AbortSignal): Promise<void> {
    cycle.wasLeftStopped ||= this.isStartOwed(server);
    this.processes.begin(server);
    const since = this.pace.now();
    while (this.processes.isStartedByOthers(server)) {
      if (signal.aborted) throw new NoTimeLeftError(server);
      cycle.say("waiting until another provider process of this operation has started it", since);
      await this.pace.sleep(pollMs, signal);
    }
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
      cycle: new ServerCycle(server, this.servers, this.progress, this.pace, this.owedStarts, this.processes),
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
    // Of a process that was killed meanwhile.
    shared.cycle.wasLeftStopped ||= this.owedStarts.isOwed(server);
    if (shared.cycle.owesStart) {
      this.processes.wait(server);
      await this.gathering.beforeStart(server, shared, purpose);
    }
    if (shared.changes > 0 || shared.isRestoring) return undefined;
    shared.isRestoring = true;
    const notStarted = await shared.cycle.restore();
    this.processes.end(server);
    if (notStarted === undefined) this.leftStopped.delete(server);
    else this.leftStopped.add(server);
    shared.end(notStarted);
    if (this.shared.get(server) === shared) this.shared.delete(server);
    return notStarted;
  }

  private isLargest({ changes }: SharedCycle): boolean {
    return [...this.shared.values()].every((other) => other.changes <= changes);
  }
}

interface SharedCycle extends Gathered {
  /** The end of the cycle before: its start comes before this one's first look. */
  previous: Promise<unknown> | undefined;
  ended: Promise<NotStartedError | undefined>;
  end(notStarted: NotStartedError | undefined): void;
}

const nothingAssigned =
  "Nothing is assigned to it: where it was deleted while this operation waited, give the resource another server, or remove it.";
const addressesGone = "Its addresses went with it: run `pulumi refresh`, then `pulumi up`.";

function howToStop(powerCycle: Exclude<PowerCycle, false>): HowToStop {
  const { stopType = "soft", timeoutSeconds = 120 } = powerCycle === true ? {} : powerCycle;
  return { type: stopType, timeoutSeconds };
}
