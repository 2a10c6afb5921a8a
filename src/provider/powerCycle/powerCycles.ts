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
import { PowerCycle, type StopOptions } from "./powerCycle";
import { type Change, StateRefusals, type StoppedChange } from "./stateRefusals";

/**
 * Makes changes that UpCloud allows only while their server is stopped. Changes of one server that overlap in time share
 * one stop and one start: they gather before the server is stopped, and the last one out has it started. A change that
 * comes while that one is about to do so takes the duty over. A server that was stopped stays stopped. Where an operation
 * has several provider processes, the one that stopped the server starts it when the changes of all have ended.
 */
export class PowerCycles {
  private readonly shared = new Map<string, SharedPowerCycle>();
  /** Servers that this operation has stopped and could not start again. */
  private readonly leftStopped = new Set<string>();
  private readonly batching: Batching;
  private readonly refusals: StateRefusals;

  constructor(
    private readonly servers: UpCloudClient["servers"],
    private readonly progress: Progress,
    private readonly timer: Timer,
    expectedCreates: ExpectedCreates,
    private readonly pendingRestarts: PendingRestarts,
    private readonly processes: OperationChanges,
  ) {
    this.batching = new Batching(timer, expectedCreates, processes);
    this.refusals = new StateRefusals(servers, progress, timer);
  }

  /**
   * Makes the change while the server is stopped. Throws a `RestartError` with the result where the change was made and the
   * server could not be started again. Where the server is deleted meanwhile, a release only looks whether the address
   * went with it, and an assign fails.
   */
  async withServerStopped<T>(request: StoppedChange, change: Change<T>): Promise<T> {
    this.batching.begin();
    try {
      if (request.powerCycle === false) return await this.refusals.withoutPowerCycle(request, change);
      return await this.inSharedCycle(request, stopOptions(request.powerCycle), change);
    } catch (error) {
      if (!isServerGone(error)) throw error;
      this.pendingRestarts.clear(request.server);
      if (request.purpose === "release") return change("gone");
      throw error.withNote(nothingAssigned);
    } finally {
      this.batching.end();
    }
  }

  /**
   * Starts a server that an earlier operation stopped and could not start again, after the changes that are under way there.
   * Throws where it does not run then, or does not exist any more: its addresses are gone with it.
   */
  async restart(server: string): Promise<void> {
    const { restartError, gone } = await this.joinForRestart(server);
    if (gone !== undefined) throw gone.withNote(addressesGone);
    if (restartError !== undefined) throw restartError;
  }

  /**
   * Starts the server where an operation has left it stopped. A server that is gone needs no start.
   *
   * @param value what the caller's change came to, for the error
   */
  async restartIfPending(server: string, value?: unknown): Promise<void> {
    if (!this.isRestartPending(server)) return;
    const { restartError } = await this.joinForRestart(server);
    if (restartError !== undefined) throw value === undefined ? restartError : restartError.afterChange(value);
  }

  private isRestartPending(server: string): boolean {
    return this.leftStopped.has(server) || this.pendingRestarts.isPending(server);
  }

  private async inSharedCycle<T>(request: StoppedChange, how: StopOptions, change: Change<T>): Promise<T> {
    const { server, purpose, signal } = request;
    const shared = this.join(server);
    let value: T;
    try {
      await shared.previous;
      await this.begin(server, shared, signal);
      await this.batching.awaitBatch(server, shared, signal, () => this.isLargest(shared));
      await shared.cycle.stop(how, signal);
      value = await this.refusals.retryWhileStateIllegal(request, change, () => shared.cycle.stopAgain(how, signal));
    } catch (error) {
      if (isServerGone(error)) shared.cycle.gone = error;
      const restartError = await this.leave(server, shared, purpose);
      throw restartError === undefined ? error : restartError.combinedWith(error);
    }
    const restartError = await this.leave(server, shared, purpose);
    // What was assigned is gone with the server.
    if (purpose === "assign" && shared.cycle.gone !== undefined) throw shared.cycle.gone;
    if (restartError !== undefined) throw restartError.afterChange(value);
    return value;
  }

  /** Joins the changes under way as one that has nothing to do, so that the last one starts the server. */
  private async joinForRestart(server: string) {
    const shared = this.join(server);
    shared.cycle.wasLeftStopped = true;
    await shared.previous;
    await this.leave(server, shared, "release");
    return { restartError: await shared.ended, gone: shared.cycle.gone };
  }

  /** Another process that starts the server at this moment does so first. */
  private async begin(server: string, { cycle }: SharedPowerCycle, signal: AbortSignal): Promise<void> {
    cycle.wasLeftStopped ||= this.isRestartPending(server);
    this.processes.begin(server);
    const since = this.timer.now();
    while (this.processes.isStartedByOthers(server)) {
      if (signal.aborted) throw new NoTimeLeftError(server);
      cycle.say("waiting until another provider process of this operation has started it", since);
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
      cycle: new PowerCycle(server, this.servers, this.progress, this.timer, this.pendingRestarts, this.processes),
      changes: 1,
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
    // Of a process that was killed meanwhile.
    shared.cycle.wasLeftStopped ||= this.pendingRestarts.isPending(server);
    if (shared.cycle.mustRestart) {
      this.processes.wait(server);
      await this.batching.awaitLateChanges(server, shared, purpose);
    }
    if (shared.changes > 0 || shared.isRestarting) return undefined;
    shared.isRestarting = true;
    const restartError = await shared.cycle.restart();
    this.processes.end(server);
    if (restartError === undefined) this.leftStopped.delete(server);
    else this.leftStopped.add(server);
    shared.end(restartError);
    if (this.shared.get(server) === shared) this.shared.delete(server);
    return restartError;
  }

  private isLargest({ changes }: SharedPowerCycle): boolean {
    return [...this.shared.values()].every((other) => other.changes <= changes);
  }
}

interface SharedPowerCycle extends Batch {
  /** The end of the cycle before: its start comes before this one's first look. */
  previous: Promise<unknown> | undefined;
  ended: Promise<RestartError | undefined>;
  end(restartError: RestartError | undefined): void;
}

const nothingAssigned =
  "Nothing is assigned to it: where it was deleted while this operation waited, give the resource another server, or remove it.";
const addressesGone = "Its addresses went with it: run `pulumi refresh`, then `pulumi up`.";

function stopOptions(powerCycle: Exclude<PowerCycleInput, false>): StopOptions {
  const { stopType = "soft", timeoutSeconds = 120 } = powerCycle === true ? {} : powerCycle;
  return { type: stopType, timeoutSeconds };
}
