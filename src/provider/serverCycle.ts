import type { UpCloudClient } from "../api/client";
import { isServerStateIllegal, UpCloudError } from "../api/errors";
import type { ServerWire, StopType } from "../api/wire";
import { type Pace, pollDelaysMs } from "./pace";
import type { Progress } from "./progress";
import { NotStartedError, nameOf, ServerBusyError } from "./serverFailures";

export interface HowToStop {
  type: StopType;
  /** After so many seconds UpCloud makes a hard stop of a soft one. */
  timeoutSeconds: number;
}

/** Stops one server for changes and gives it back the state it had. */
export class ServerCycle {
  /** A stop was asked for here, so a start is owed. Set before the request: one whose answer is lost may be heard. */
  hasStopped = false;
  /** The stop that has been asked for and not seen to happen. */
  private pendingStop: { atMs: number; askedMs: number; how: HowToStop } | undefined;
  private isStopped = false;
  private stopping: Promise<void> | undefined;
  private seen: ServerWire | undefined;

  constructor(
    private readonly server: string,
    private readonly servers: UpCloudClient["servers"],
    private readonly progress: Progress,
    private readonly pace: Pace,
  ) {}

  /** Stopped, or on the way there, by one request for everyone who asks. */
  async stop(how: HowToStop, signal: AbortSignal): Promise<void> {
    while (!this.isStopped) {
      this.stopping ??= this.untilStopped(how, signal).finally(() => {
        this.stopping = undefined;
      });
      try {
        await this.stopping;
      } catch (error) {
        // The one who began may have had less time.
        if (!(error instanceof ServerBusyError) || signal.aborted) throw error;
      }
    }
  }

  /** The same after somebody else has started the server. */
  async stopAgain(how: HowToStop, signal: AbortSignal): Promise<void> {
    this.isStopped = false;
    await this.stop(how, signal);
  }

  /** Starts the server if it was stopped here. Has a time of its own: a change that took too long is no reason to leave a server off. */
  async restore(): Promise<NotStartedError | undefined> {
    if (!this.hasStopped) return undefined;
    try {
      await this.untilStarted();
      return undefined;
    } catch (error) {
      const server = this.seen ?? { title: "unknown", uuid: this.server };
      return new NotStartedError(server, error instanceof Error ? error.message : String(error));
    }
  }

  private async untilStopped(how: HowToStop, signal: AbortSignal): Promise<void> {
    const since = this.pace.now();
    try {
      for (const delay of pollDelaysMs()) {
        const { state } = await this.look(signal);
        if (state === "stopped") {
          this.pendingStop = undefined;
          this.isStopped = true;
          return;
        }
        if (state === "started") await this.askToStop(how, signal);
        this.say("waiting until it is stopped", since);
        await this.pace.sleep(delay, signal);
      }
    } catch (error) {
      throw signal.aborted && this.seen !== undefined ? new ServerBusyError(this.seen) : error;
    }
  }

  /**
   * Asks once, and again only after a while: a server that is stopping still says `started`, and so does one that somebody
   * else has started in between. The time until the hard stop runs from the first request.
   */
  private async askToStop(how: HowToStop, signal: AbortSignal): Promise<void> {
    const now = this.pace.now();
    const first = this.pendingStop ?? { atMs: now, askedMs: Number.NEGATIVE_INFINITY, how };
    if (now - first.askedMs < askAgainMs) return;
    if (this.pendingStop === undefined) {
      this.say(how.type === "soft" ? `stopping it, hard after ${how.timeoutSeconds} s` : "stopping it hard");
    }
    this.pendingStop = { ...first, askedMs: now };
    this.hasStopped = true;
    const timeoutSeconds = Math.max(1, Math.round(how.timeoutSeconds - (now - first.atMs) / 1000));
    await this.servers.stop(this.server, { ...how, timeoutSeconds }, signal).catch(unlessStateIllegal);
  }

  private async untilStarted(): Promise<void> {
    const since = this.pace.now();
    let attempts = 0;
    let limitMs = restoreMs;
    for (const delay of pollDelaysMs()) {
      const { state } = this.isStopped && attempts === 0 && this.seen ? this.seen : await this.look();
      if (state === "started" && !this.isStopPending()) return;
      if (state === "stopped") {
        this.say("starting it again");
        if (await this.start(++attempts)) return;
      }
      // UpCloud takes a server out of this state by itself, one way or the other, or not at all.
      if (state === "error") limitMs = Math.min(limitMs, this.pace.now() - since + errorMs);
      if (this.pace.now() - since > limitMs) throw new Error(`its state is still "${state}".`);
      this.say("waiting until it runs again", since);
      await this.pace.sleep(delay);
    }
  }

  /** UpCloud answers a start when the server runs. Someone else's start, and an answer that is lost, are worth another look. */
  private async start(attempts: number): Promise<boolean> {
    try {
      this.seen = await this.servers.start(this.server);
      return this.seen.state === "started";
    } catch (error) {
      const passing =
        isServerStateIllegal(error) ||
        (error instanceof UpCloudError && (error.failure !== "refused" || (error.status ?? 0) >= 500));
      if (!passing || attempts >= mostStarts) throw error;
      return false;
    }
  }

  /** The change gave up before the stop had happened: UpCloud will still carry it out. */
  private isStopPending(): boolean {
    if (this.pendingStop === undefined) return false;
    const { atMs, how } = this.pendingStop;
    return this.pace.now() - atMs < how.timeoutSeconds * 1000 + stopMarginMs;
  }

  private async look(signal?: AbortSignal): Promise<ServerWire> {
    this.seen = await this.servers.get(this.server, signal);
    return this.seen;
  }

  private say(line: string, since?: number): void {
    if (this.seen !== undefined) this.progress.say(this.server, `${nameOf(this.seen)}: ${line}`, since);
  }
}

const askAgainMs = 45_000;
const stopMarginMs = 30_000;
const restoreMs = 15 * 60_000;
const errorMs = 2 * 60_000;
const mostStarts = 5;

function unlessStateIllegal(error: unknown): undefined {
  if (!isServerStateIllegal(error)) throw error;
}
