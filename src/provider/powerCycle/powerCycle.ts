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
  /** After so many seconds UpCloud makes a hard stop of a soft one. */
  timeoutSeconds: number;
}

/** Stops one server for changes and gives it back the state it had. */
export class PowerCycle {
  /** When the server was seen to be stopped; `undefined` while it runs or stops. */
  stoppedAtMs: number | undefined;
  /** An operation before this one stopped the server and could not start it. */
  wasLeftStopped = false;
  /** UpCloud's word that the server does not exist (any more). */
  gone: UpCloudError | undefined;
  private isStoppedHere = false;
  private firstLook: Promise<unknown> | undefined;
  /** The stop that was asked for and has not been seen to happen. */
  private pendingStop: { atMs: number; askedMs: number; how: StopOptions } | undefined;
  private stopping: Promise<void> | undefined;
  private seen: ServerWire | undefined;

  constructor(
    private readonly server: string,
    private readonly servers: UpCloudClient["servers"],
    private readonly progress: Progress,
    private readonly timer: Timer,
    private readonly pendingRestarts: PendingRestarts,
    private readonly processes: OperationChanges,
  ) {}

  get mustRestart(): boolean {
    return this.gone === undefined && (this.isStoppedHere || this.wasLeftStopped);
  }

  /** Looks at the server once, for all who ask. What goes wrong here goes wrong again in `stop`, which deals with it. */
  async isStoppedAlready(signal: AbortSignal): Promise<boolean> {
    this.firstLook ??= this.look(signal).catch(() => undefined);
    await this.firstLook;
    if (this.seen?.state === "stopped") this.stoppedAtMs ??= this.timer.now();
    return this.stoppedAtMs !== undefined;
  }

  /** Stopped, or on the way there, by one request for everyone who asks. */
  async stop(how: StopOptions, signal: AbortSignal): Promise<void> {
    while (this.stoppedAtMs === undefined) {
      this.stopping ??= this.untilStopped(how, signal).finally(() => {
        this.stopping = undefined;
      });
      try {
        await this.stopping;
      } catch (error) {
        // The one who began may have had less time.
        const isOutOfTime = error instanceof ServerBusyError || error instanceof NoTimeLeftError;
        if (!isOutOfTime || signal.aborted) throw error;
      }
    }
  }

  /** The same after somebody else has started the server. */
  async stopAgain(how: StopOptions, signal: AbortSignal): Promise<void> {
    this.stoppedAtMs = undefined;
    await this.stop(how, signal);
  }

  /** Has a time of its own: a change that took too long is no reason to leave a server off. One that is gone owes no start. */
  async restart(): Promise<RestartError | undefined> {
    if (!this.mustRestart) return undefined;
    try {
      await this.untilStarted();
      return undefined;
    } catch (error) {
      if (isServerGone(error)) {
        this.gone = error;
        return undefined;
      }
      const server = this.seen ?? { title: "unknown", uuid: this.server };
      return new RestartError(server, messageOf(error));
    } finally {
      this.pendingRestarts.clear(this.server);
    }
  }

  say(line: string, since?: number): void {
    const server = this.seen === undefined ? `server ${this.server}` : describeServer(this.seen);
    this.progress.say(this.server, `${server}: ${line}`, since);
  }

  private async untilStopped(how: StopOptions, signal: AbortSignal): Promise<void> {
    const since = this.timer.now();
    let inErrorSince: number | undefined;
    let faults = 0;
    for (const delay of pollDelaysMs()) {
      try {
        const { state } = await this.look(signal);
        if (state === "stopped") {
          this.pendingStop = undefined;
          this.stoppedAtMs = this.timer.now();
          return;
        }
        if (state === "started") await this.askToStop(how, signal);
        inErrorSince = state === "error" ? (inErrorSince ?? this.timer.now()) : undefined;
        faults = 0;
      } catch (error) {
        if (signal.aborted) throw this.seen ? new ServerBusyError(this.seen) : new NoTimeLeftError(this.server);
        if (!isTransient(error) || ++faults > maxFaults) throw error;
      }
      if (this.seen !== undefined && inErrorSince !== undefined && this.timer.now() - inErrorSince > errorMs) {
        throw new ServerInErrorError(this.seen);
      }
      this.say("waiting until it is stopped", since);
      await this.timer.sleep(delay, signal);
    }
  }

  /**
   * Asks once, and again only after a while: a server that is stopping still says `started`, and so does one that somebody
   * else has started in between. The time until the hard stop runs from the first request.
   */
  private async askToStop(how: StopOptions, signal: AbortSignal): Promise<void> {
    const now = this.timer.now();
    const before = this.pendingStop;
    if (before !== undefined && now - before.askedMs < askAgainMs) return;
    if (!this.processes.claimStop(this.server)) return;
    if (before === undefined) {
      this.say(how.type === "soft" ? `stopping it, hard after ${how.timeoutSeconds} s` : "stopping it hard");
    }
    const wasStoppedHere = this.isStoppedHere;
    const atMs = before?.atMs ?? now;
    const timeoutSeconds = Math.max(1, Math.round(how.timeoutSeconds - (now - atMs) / 1000));
    // Before the request, since a stop whose answer is lost may still have been heard.
    this.pendingStop = { atMs, askedMs: now, how };
    this.isStoppedHere = true;
    await this.pendingRestarts.record(this.server);
    try {
      await this.servers.stop(this.server, { ...how, timeoutSeconds }, signal);
    } catch (error) {
      if (isTransient(error) && !hadNoEffect(error)) return;
      // Nothing was stopped here. Whoever has just taken the server out of `started` owes the start.
      this.pendingStop = before;
      this.isStoppedHere = wasStoppedHere;
      if (!wasStoppedHere) this.processes.giveUpStop(this.server);
      if (!this.mustRestart) this.pendingRestarts.clear(this.server);
      if (!isTransient(error) && !isServerStateIllegal(error)) throw error;
    }
  }

  private async untilStarted(): Promise<void> {
    const since = this.timer.now();
    let limitMs = restoreMs;
    let fault: unknown;
    let starts = 0;
    for (const delay of pollDelaysMs()) {
      try {
        const isKnownToBeOff = starts === 0 && fault === undefined && this.stoppedAtMs !== undefined;
        const { state } = isKnownToBeOff && this.seen?.state === "stopped" ? this.seen : await this.look();
        fault = undefined;
        if (state === "started" && !this.isStopPending()) return;
        if (state === "stopped") {
          this.say("starting it again");
          this.seen = await this.servers.start(this.server);
          if (this.seen.state === "started") return;
          starts++;
        }
        // UpCloud takes a server out of this state by itself, one way or the other, or not at all.
        if (state === "error") limitMs = Math.min(limitMs, this.timer.now() - since + errorMs);
      } catch (error) {
        // Somebody else's start, an answer that is lost and a passing fault are worth another look.
        if (!isTransient(error) && !isServerStateIllegal(error)) throw error;
        fault = error;
      }
      if (starts >= maxStarts) throw new Error("it stops again by itself.");
      if (this.timer.now() - since > limitMs) throw fault ?? new Error(`its state is still "${this.seen?.state}".`);
      this.say("waiting until it runs again", since);
      await this.timer.sleep(delay);
    }
  }

  /** The change gave up before the stop had happened: UpCloud will still carry it out. */
  private isStopPending(): boolean {
    if (this.pendingStop === undefined) return false;
    const { atMs, how } = this.pendingStop;
    const timeoutMs = how.type === "soft" ? how.timeoutSeconds * 1000 : 0;
    return this.timer.now() - atMs < timeoutMs + stopMarginMs;
  }

  private async look(signal?: AbortSignal): Promise<ServerWire> {
    this.seen = await this.servers.get(this.server, signal);
    return this.seen;
  }
}

const askAgainMs = 45_000;
const stopMarginMs = 30_000;
const restoreMs = 15 * 60_000;
const errorMs = 2 * 60_000;
const maxStarts = 5;
const maxFaults = 5;
