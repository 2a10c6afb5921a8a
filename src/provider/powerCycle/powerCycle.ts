import type { UpCloudClient } from "../../api/client";
import {
  hadNoEffect,
  isServerGone,
  isServerStateIllegal,
  isTransient,
  type UpCloudError,
} from "../../api/errors/upCloudError";
import type { StopType } from "../../api/wire";
import type { OperationChanges } from "../../journal/operationChanges";
import type { PendingRestarts } from "../../journal/pendingRestarts";
import { messageOf } from "../../model/messageOf";
import type { Timer } from "../runtime/timer";
import { NoTimeLeftError, RestartError, ServerBusyError, ServerInErrorError } from "./errors";
import { Looks } from "./looks";
import type { ObservedServer } from "./observedServer";

export interface StopOptions {
  type: StopType;
  /** After this time UpCloud turns a soft stop into a hard stop. */
  timeoutSeconds: number;
}

/** Stops one server for changes and then restores its state. */
export class PowerCycle {
  /** When the server was first seen stopped; `undefined` while it is running or stopping. */
  stoppedAtMs: number | undefined;
  /** An earlier change or operation stopped the server and did not start it again. */
  wasLeftStopped = false;
  /** UpCloud's answer that the server does not exist (any more). */
  gone: UpCloudError | undefined;
  /** This cycle has requested a stop, which may have taken effect. */
  private isStoppedHere = false;
  private initialRead: Promise<unknown> | undefined;
  /** The requested stop, until the server is seen stopped. */
  private pendingStop: { firstRequestMs: number; lastRequestMs: number; options: StopOptions } | undefined;
  private stopping: Promise<void> | undefined;
  /** When it was last seen running before it was seen stopped. */
  private offSinceMs: number | undefined;

  constructor(
    readonly server: ObservedServer,
    private readonly servers: UpCloudClient["servers"],
    private readonly timer: Timer,
    private readonly pendingRestarts: PendingRestarts,
    private readonly operationChanges: OperationChanges,
  ) {}

  get mustRestart(): boolean {
    return this.gone === undefined && (this.isStoppedHere || this.wasLeftStopped);
  }

  /** Reads the server once for all callers. Ignores failures: they recur in `stop`, which handles them. */
  async checkStopped(signal: AbortSignal): Promise<boolean> {
    this.initialRead ??= this.server.look(signal).catch(() => undefined);
    await this.initialRead;
    if (this.server.latest?.state === "stopped") this.noteStopped();
    return this.stoppedAtMs !== undefined;
  }

  /** Stops the server, with one request for all callers, and waits until it is stopped. */
  async stop(options: StopOptions, signal: AbortSignal): Promise<void> {
    while (this.stoppedAtMs === undefined) {
      this.stopping ??= this.pollUntilStopped(options, signal).finally(() => {
        this.stopping = undefined;
      });
      try {
        await this.stopping;
      } catch (error) {
        // The caller that began may have had less time than this one.
        const isOutOfTime = error instanceof ServerBusyError || error instanceof NoTimeLeftError;
        if (!isOutOfTime || signal.aborted) throw error;
      }
    }
  }

  /** Stops the server again, after somebody else has started it. */
  async stopAgain(options: StopOptions, signal: AbortSignal): Promise<void> {
    this.stoppedAtMs = undefined;
    this.offSinceMs = undefined;
    await this.stop(options, signal);
  }

  /**
   * Starts the server if this cycle has to. Ignores the operation's deadline: a change that took too long must not leave the
   * server stopped. A server that is gone needs no start.
   *
   * @param changes how many addresses were changed meanwhile, for the user
   */
  async restart(changes: number): Promise<RestartError | undefined> {
    if (!this.mustRestart) return undefined;
    try {
      await this.pollUntilStarted();
      this.announceRestart(changes);
      return undefined;
    } catch (error) {
      if (isServerGone(error)) {
        this.gone = error;
        return undefined;
      }
      const server = this.server.latest ?? { title: "unknown", uuid: this.server.uuid };
      return new RestartError(server, messageOf(error));
    } finally {
      this.pendingRestarts.clear(this.server.uuid);
    }
  }

  private announceRestart(changes: number): void {
    const seconds = ((this.timer.now() - (this.offSinceMs ?? this.timer.now())) / 1000).toFixed(1);
    const forChanges = changes === 0 ? "" : ` for ${changes} ${changes === 1 ? "address" : "addresses"}`;
    this.server.announce((server) =>
      this.isStoppedHere
        ? `${server}: off for ${seconds} s${forChanges}, running again`
        : `${server}: running again, after an earlier operation had left it stopped`,
    );
  }

  private noteStopped(): void {
    this.stoppedAtMs ??= this.timer.now();
    this.offSinceMs ??= this.server.offSinceMs;
  }

  private async pollUntilStopped(options: StopOptions, signal: AbortSignal): Promise<void> {
    const since = this.timer.now();
    const looks = new Looks(this.timer, options.type === "soft" ? options.timeoutSeconds * 1000 : 0);
    let inErrorSince: number | undefined;
    let faults = 0;
    for (;;) {
      looks.begin();
      try {
        const { state } = await this.server.look(signal);
        if (state === "stopped") {
          this.pendingStop = undefined;
          this.noteStopped();
          return;
        }
        if (state === "started") await this.requestStop(options, signal);
        inErrorSince = state === "error" ? (inErrorSince ?? this.timer.now()) : undefined;
        faults = 0;
      } catch (error) {
        if (signal.aborted) throw this.outOfTime();
        if (!isTransient(error) || ++faults > maxFaults) throw error;
        looks.failed(error);
      }
      const { latest } = this.server;
      if (latest !== undefined && inErrorSince !== undefined && this.timer.now() - inErrorSince > maxErrorStateMs) {
        throw new ServerInErrorError(latest);
      }
      this.server.reportWait(since, (server) => `waiting until ${server} is stopped`);
      await looks.waitForNext(signal);
    }
  }

  private outOfTime(): Error {
    const { latest, uuid } = this.server;
    return latest === undefined ? new NoTimeLeftError(uuid) : new ServerBusyError(latest);
  }

  /**
   * Requests the stop, and repeats it only after a while: a server that is stopping is still in the state `started`, like one
   * that somebody else has started again. The time until the hard stop counts from the first request.
   */
  private async requestStop(options: StopOptions, signal: AbortSignal): Promise<void> {
    const now = this.timer.now();
    const previous = this.pendingStop;
    if (previous !== undefined && now - previous.lastRequestMs < stopRetryMs) return;
    if (!this.operationChanges.claimStop(this.server.uuid)) return;
    const how = options.type === "soft" ? `hard stop after ${options.timeoutSeconds} s` : "hard stop";
    if (previous === undefined) this.server.announce((server) => `stopping ${server}, ${how}`);
    const wasStoppedHere = this.isStoppedHere;
    const firstRequestMs = previous?.firstRequestMs ?? now;
    const timeoutSeconds = Math.max(1, Math.round(options.timeoutSeconds - (now - firstRequestMs) / 1000));
    // Before the request: it takes effect even if its answer is lost.
    this.pendingStop = { firstRequestMs, lastRequestMs: now, options };
    this.isStoppedHere = true;
    await this.pendingRestarts.record(this.server.uuid);
    try {
      await this.servers.stop(this.server.uuid, { ...options, timeoutSeconds }, signal);
    } catch (error) {
      if (isTransient(error) && !hadNoEffect(error)) return;
      // The request stopped nothing. If the server is not in `started` any more, whoever changed that has to start it.
      this.pendingStop = previous;
      this.isStoppedHere = wasStoppedHere;
      if (!wasStoppedHere) this.operationChanges.giveUpStop(this.server.uuid);
      if (!this.mustRestart) this.pendingRestarts.clear(this.server.uuid);
      if (!isTransient(error) && !isServerStateIllegal(error)) throw error;
    }
  }

  private async pollUntilStarted(): Promise<void> {
    const since = this.timer.now();
    const looks = new Looks(this.timer);
    let limitMs = maxRestartMs;
    let fault: unknown;
    let starts = 0;
    for (;;) {
      looks.begin();
      try {
        const { latest } = this.server;
        const isKnownStopped = starts === 0 && fault === undefined && this.stoppedAtMs !== undefined;
        const { state } = isKnownStopped && latest?.state === "stopped" ? latest : await this.server.look();
        fault = undefined;
        if (state === "started" && !this.isStopPending()) return;
        if (state === "stopped") {
          this.offSinceMs ??= this.server.offSinceMs;
          this.server.announce((server) => `starting ${server} again`);
          if (this.server.record(await this.servers.start(this.server.uuid)).state === "started") return;
          starts++;
        }
        // UpCloud itself ends this state soon, or not at all.
        if (state === "error") limitMs = Math.min(limitMs, this.timer.now() - since + maxErrorStateMs);
      } catch (error) {
        // Somebody else's start, a lost answer or a transient fault: read the server again.
        if (!isTransient(error) && !isServerStateIllegal(error)) throw error;
        fault = error;
        looks.failed(error);
      }
      if (starts >= maxStarts) throw new Error("it keeps stopping by itself.");
      if (this.timer.now() - since > limitMs)
        throw fault ?? new Error(`its state is still "${this.server.latest?.state}".`);
      this.server.reportWait(since, (server) => `waiting until ${server} runs again`);
      await looks.waitForNext();
    }
  }

  /** The change timed out before the stop took effect: UpCloud will still carry it out. */
  private isStopPending(): boolean {
    if (this.pendingStop === undefined) return false;
    const { firstRequestMs, options } = this.pendingStop;
    const timeoutMs = options.type === "soft" ? options.timeoutSeconds * 1000 : 0;
    return this.timer.now() - firstRequestMs < timeoutMs + stopMarginMs;
  }
}

const stopRetryMs = 45_000;
const stopMarginMs = 30_000;
const maxRestartMs = 15 * 60_000;
const maxErrorStateMs = 2 * 60_000;
const maxStarts = 5;
const maxFaults = 5;
