import type { UpCloudClient } from "../../api/client";
import { isServerGone } from "../../api/errors/upCloudError";
import type { OperationChanges } from "../../journal/operationChanges";
import type { PendingRestarts } from "../../journal/pendingRestarts";
import type { PowerCycleInput } from "../../model/inputs";
import type { Progress } from "../runtime/progress";
import type { Timer } from "../runtime/timer";
import { type Batch, Batching, pollMs } from "./batching";
import { NoTimeLeftError, type RestartError } from "./errors";
import type { ExpectedCreates } from "./expectedCreates";
import type { ExpectedReleases } from "./expectedReleases";
import { ObservedServer } from "./observedServer";
import { PowerCycle, type StopOptions } from "./powerCycle";
import { type Change, StateRefusals, type StoppedChange } from "./stateRefusals";

/**
 * Makes changes that UpCloud allows only while their server is stopped. Concurrent changes of a server share one stop and one
 * start: they wait for each other before the stop, and the last one starts the server again, unless another change joins
 * before that. A server that was stopped before stays stopped. Of an operation's provider processes, the one that stopped the
 * server starts it, after the changes of all. See decisions/0002-one-stop-for-all-changes.md.
 */
export class PowerCycles {
  private readonly shared = new Map<string, SharedPowerCycle>();
  /** Servers that this process stopped and could not start again. */
  private readonly leftStopped = new Set<string>();
  private readonly batching: Batching;
  private readonly refusals: StateRefusals;

  constructor(
    private readonly servers: UpCloudClient["servers"],
    private readonly progress: Progress,
    private readonly timer: Timer,
    expected: { creates: ExpectedCreates; releases: ExpectedReleases },
    private readonly pendingRestarts: PendingRestarts,
    private readonly operationChanges: OperationChanges,
  ) {
    this.batching = new Batching(timer, expected, operationChanges);
    this.refusals = new StateRefusals((server) => this.observe(server), timer);
  }

  /**
   * Makes the change while the server is stopped. Throws a `RestartError` with the change's result if the server could not be
   * started again afterwards. If the server is deleted meanwhile, an assign fails, and a release is called again
   * to check whether the address was deleted with it.
   */
  async withServerStopped<T>(request: StoppedChange, change: Change<T>): Promise<T> {
    this.batching.begin();
    try {
      if (request.powerCycle === false) return await this.refusals.withoutPowerCycle(request, change);
      return await this.inSharedCycle(request, stopOptions(request.powerCycle), change);
    } catch (error) {
      if (!isServerGone(error)) throw error;
      this.pendingRestarts.clear(request.server);
      if (request.purpose === "release") return change({ isGone: true });
      throw error.withNote(nothingAssigned);
    } finally {
      this.batching.end();
    }
  }

  /**
   * Starts a server that an earlier operation could not start again, after the changes under way. Throws if it cannot be
   * started, or does not exist any more.
   */
  async restart(server: string): Promise<void> {
    const { restartError, gone } = await this.joinForRestart(server);
    if (gone !== undefined) throw gone.withNote(addressesGone);
    if (restartError !== undefined) throw restartError;
  }

  /**
   * Starts the server if an operation has left it stopped. A server that is gone needs no start.
   *
   * @param value the result of the caller's change, for the error
   */
  async restartIfPending(server: string, value?: unknown): Promise<void> {
    if (!this.isRestartPending(server)) return;
    const { restartError } = await this.joinForRestart(server);
    if (restartError !== undefined) throw value === undefined ? restartError : restartError.afterChange(value);
  }

  private isRestartPending(server: string): boolean {
    return this.leftStopped.has(server) || this.pendingRestarts.isPending(server);
  }

  private async inSharedCycle<T>(request: StoppedChange, options: StopOptions, change: Change<T>): Promise<T> {
    const { server, purpose, signal } = request;
    const shared = this.join(server);
    let value: T;
    try {
      await shared.previous;
      await this.beginChange(server, shared, signal);
      await this.batching.awaitBatch(server, shared, signal, () => this.isLargestBatch(shared));
      await request.beforeStop?.();
      await shared.cycle.stop(options, signal);
      value = await this.refusals.retryWhileStateIllegal(request, shared.cycle.server, change, () =>
        shared.cycle.stopAgain(options, signal),
      );
      shared.completed++;
    } catch (error) {
      if (isServerGone(error)) shared.cycle.gone = error;
      const restartError = await this.leave(server, shared, purpose);
      throw restartError === undefined ? error : restartError.combinedWith(error);
    }
    const restartError = await this.leave(server, shared, purpose);
    // The assigned address is gone with the server.
    if (purpose === "assign" && shared.cycle.gone !== undefined) throw shared.cycle.gone;
    if (restartError !== undefined) throw restartError.afterChange(value);
    return value;
  }

  /** Joins the current batch with an empty change, so that its last change starts the server. */
  private async joinForRestart(server: string) {
    const shared = this.join(server);
    shared.cycle.wasLeftStopped = true;
    await shared.previous;
    await this.leave(server, shared, "release");
    return { restartError: await shared.ended, gone: shared.cycle.gone };
  }

  /** Waits while another process is starting the server. */
  private async beginChange(server: string, { cycle }: SharedPowerCycle, signal: AbortSignal): Promise<void> {
    cycle.wasLeftStopped ||= this.isRestartPending(server);
    this.operationChanges.begin(server);
    const since = this.timer.now();
    while (this.operationChanges.isStartedByOthers(server)) {
      if (signal.aborted) throw new NoTimeLeftError(server);
      cycle.server.reportWait(since, (title) => `waiting until another provider process has started ${title}`);
      await this.timer.sleep(pollMs, signal);
    }
  }

  private join(server: string): SharedPowerCycle {
    const current = this.shared.get(server);
    if (current !== undefined && !current.isRestarting) {
      current.changes++;
      return current;
    }
    let end: SharedPowerCycle["end"] = () => undefined;
    const ended = new Promise<RestartError | undefined>((resolve) => {
      end = resolve;
    });
    const next: SharedPowerCycle = {
      cycle: new PowerCycle(
        this.observe(server),
        this.servers,
        this.timer,
        this.pendingRestarts,
        this.operationChanges,
      ),
      changes: 1,
      completed: 0,
      previous: current?.ended,
      isRestarting: false,
      ended,
      end,
    };
    this.shared.set(server, next);
    return next;
  }

  private async leave(
    server: string,
    shared: SharedPowerCycle,
    purpose: StoppedChange["purpose"],
  ): Promise<RestartError | undefined> {
    shared.changes--;
    if (shared.changes > 0) return undefined;
    // Another process may have been killed meanwhile.
    shared.cycle.wasLeftStopped ||= this.pendingRestarts.isPending(server);
    if (shared.cycle.mustRestart) {
      this.operationChanges.wait(server);
      await this.batching.awaitLateChanges(server, shared, purpose);
    }
    if (shared.changes > 0 || shared.isRestarting) return undefined;
    shared.isRestarting = true;
    const restartError = await shared.cycle.restart(shared.completed);
    this.operationChanges.end(server);
    if (restartError === undefined) this.leftStopped.delete(server);
    else this.leftStopped.add(server);
    shared.end(restartError);
    if (this.shared.get(server) === shared) this.shared.delete(server);
    return restartError;
  }

  private observe(server: string): ObservedServer {
    return new ObservedServer(server, this.servers, this.progress, this.timer);
  }

  private isLargestBatch({ changes }: SharedPowerCycle): boolean {
    return [...this.shared.values()].every((other) => other.changes <= changes);
  }
}

interface SharedPowerCycle extends Batch {
  /** How many changes were made. */
  completed: number;
  /** The end of the previous cycle, which starts the server before this one reads it. */
  previous: Promise<unknown> | undefined;
  ended: Promise<RestartError | undefined>;
  end(restartError: RestartError | undefined): void;
}

const nothingAssigned =
  "No address was assigned. If the server was deleted during this operation, set another `server` on the resource, or remove the resource.";
const addressesGone = "Its addresses were deleted with it: run `pulumi refresh`, then `pulumi up`.";

function stopOptions(powerCycle: Exclude<PowerCycleInput, false>): StopOptions {
  const { stopType = "soft", timeoutSeconds = 120 } = powerCycle === true ? {} : powerCycle;
  return { type: stopType, timeoutSeconds };
}
