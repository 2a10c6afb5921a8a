import type { UpCloudClient } from "../../api/client";
import {
  hadNoEffect,
  isServerGone,
  isServerStateIllegal,
  isTransient,
  type UpCloudError,
} from "../../api/errors/upCloudError";
import type { ServerWire, StopType } from "../../api/wire";
import type { OperationChanges } from "../../journal/operationChanges";
import type { PendingRestarts } from "../../journal/pendingRestarts";
import { messageOf } from "../../model/messageOf";
import type { Progress } from "../runtime/progress";
import { pollDelaysMs, type Timer } from "../runtime/timer";
import { describeServer, NoTimeLeftError, RestartError, ServerBusyError, ServerInErrorError } from "./errors";

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
  private lastSeen: ServerWire | undefined;

  constructor(
    private readonly server: string,
    private readonly servers: UpCloudClient["servers"],
    private readonly progress: Progress,
    private readonly timer: Timer,
    private readonly pendingRestarts: PendingRestarts,
    private readonly operationChanges: OperationChanges,
  ) {}

  get mustRestart(): boolean {
    return this.gone === undefined && (this.isStoppedHere || this.wasLeftStopped);
  }

  /** Reads the server once for all callers. Ignores failures: they recur in `stop`, which handles them. */
  async checkStopped(signal: AbortSignal): Promise<boolean> {
    this.initialRead ??= this.readServer(signal).catch(() => undefined);
    await this.initialRead;
    if (this.lastSeen?.state === "stopped") this.stoppedAtMs ??= this.timer.now();
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
    await this.stop(options, signal);
  }

  /**
   * Starts the server if this cycle has to. Ignores the operation's deadline: a change that took too long must not leave the
   * server stopped. A server that is gone needs no start.
   */
  async restart(): Promise<RestartError | undefined> {
    if (!this.mustRestart) return undefined;
    try {
      await this.pollUntilStarted();
      return undefined;
    } catch (error) {
      if (isServerGone(error)) {
        this.gone = error;
        return undefined;
      }
      const server = this.lastSeen ?? { title: "unknown", uuid: this.server };
      return new RestartError(server, messageOf(error));
    } finally {
      this.pendingRestarts.clear(this.server);
    }
  }

  report(line: string, since?: number): void {
    const server = this.lastSeen === undefined ? `server ${this.server}` : describeServer(this.lastSeen);
    this.progress.report(this.server, `${server}: ${line}`, since);
  }

  private async pollUntilStopped(options: StopOptions, signal: AbortSignal): Promise<void> {
    const since = this.timer.now();
    let inErrorSince: number | undefined;
    let faults = 0;
    for (const delay of pollDelaysMs()) {
      try {
        const { state } = await this.readServer(signal);
        if (state === "stopped") {
          this.pendingStop = undefined;
          this.stoppedAtMs = this.timer.now();
          return;
        }
        if (state === "started") await this.requestStop(options, signal);
        inErrorSince = state === "error" ? (inErrorSince ?? this.timer.now()) : undefined;
        faults = 0;
      } catch (error) {
        if (signal.aborted) throw this.lastSeen ? new ServerBusyError(this.lastSeen) : new NoTimeLeftError(this.server);
        if (!isTransient(error) || ++faults > maxFaults) throw error;
      }
      if (
        this.lastSeen !== undefined &&
        inErrorSince !== undefined &&
        this.timer.now() - inErrorSince > maxErrorStateMs
      ) {
        throw new ServerInErrorError(this.lastSeen);
      }
      this.report("waiting until it is stopped", since);
      await this.timer.sleep(delay, signal);
    }
  }

  /**
   * Requests the stop, and repeats it only after a while: a server that is stopping is still in the state `started`, like one
   * that somebody else has started again. The time until the hard stop counts from the first request.
   */
  private async requestStop(options: StopOptions, signal: AbortSignal): Promise<void> {
    const now = this.timer.now();
    const previous = this.pendingStop;
    if (previous !== undefined && now - previous.lastRequestMs < stopRetryMs) return;
    if (!this.operationChanges.claimStop(this.server)) return;
    if (previous === undefined) {
      this.report(
        options.type === "soft" ? `stopping (hard stop after ${options.timeoutSeconds} s)` : "stopping (hard stop)",
      );
    }
    const wasStoppedHere = this.isStoppedHere;
    const firstRequestMs = previous?.firstRequestMs ?? now;
    const timeoutSeconds = Math.max(1, Math.round(options.timeoutSeconds - (now - firstRequestMs) / 1000));
    // Before the request: it takes effect even if its answer is lost.
    this.pendingStop = { firstRequestMs, lastRequestMs: now, options };
    this.isStoppedHere = true;
    await this.pendingRestarts.record(this.server);
    try {
      await this.servers.stop(this.server, { ...options, timeoutSeconds }, signal);
    } catch (error) {
      if (isTransient(error) && !hadNoEffect(error)) return;
      // The request stopped nothing. If the server is not in `started` any more, whoever changed that has to start it.
      this.pendingStop = previous;
      this.isStoppedHere = wasStoppedHere;
      if (!wasStoppedHere) this.operationChanges.giveUpStop(this.server);
      if (!this.mustRestart) this.pendingRestarts.clear(this.server);
      if (!isTransient(error) && !isServerStateIllegal(error)) throw error;
    }
  }

  private async pollUntilStarted(): Promise<void> {
    const since = this.timer.now();
    let limitMs = maxRestartMs;
    let fault: unknown;
    let starts = 0;
    for (const delay of pollDelaysMs()) {
      try {
        const isKnownStopped = starts === 0 && fault === undefined && this.stoppedAtMs !== undefined;
        const { state } =
          isKnownStopped && this.lastSeen?.state === "stopped" ? this.lastSeen : await this.readServer();
        fault = undefined;
        if (state === "started" && !this.isStopPending()) return;
        if (state === "stopped") {
          this.report("starting again");
          this.lastSeen = await this.servers.start(this.server);
          if (this.lastSeen.state === "started") return;
          starts++;
        }
        // UpCloud itself ends this state soon, or not at all.
        if (state === "error") limitMs = Math.min(limitMs, this.timer.now() - since + maxErrorStateMs);
      } catch (error) {
        // Somebody else's start, a lost answer or a transient fault: read the server again.
        if (!isTransient(error) && !isServerStateIllegal(error)) throw error;
        fault = error;
      }
      if (starts >= maxStarts) throw new Error("it keeps stopping by itself.");
      if (this.timer.now() - since > limitMs) throw fault ?? new Error(`its state is still "${this.lastSeen?.state}".`);
      this.report("waiting until it runs again", since);
      await this.timer.sleep(delay);
    }
  }

  /** The change timed out before the stop took effect: UpCloud will still carry it out. */
  private isStopPending(): boolean {
    if (this.pendingStop === undefined) return false;
    const { firstRequestMs, options } = this.pendingStop;
    const timeoutMs = options.type === "soft" ? options.timeoutSeconds * 1000 : 0;
    return this.timer.now() - firstRequestMs < timeoutMs + stopMarginMs;
  }

  private async readServer(signal?: AbortSignal): Promise<ServerWire> {
    this.lastSeen = await this.servers.get(this.server, signal);
    return this.lastSeen;
  }
}

const stopRetryMs = 45_000;
const stopMarginMs = 30_000;
const maxRestartMs = 15 * 60_000;
const maxErrorStateMs = 2 * 60_000;
const maxStarts = 5;
const maxFaults = 5;
