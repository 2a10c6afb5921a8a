import { UpCloudError } from "../../api/errors/upCloudError";
import type { Timer } from "../runtime/timer";

/**
 * When to look at a server again while it is stopping or starting: every second while the change is due, so that a server that
 * is off does not wait to be noticed, and every five seconds when it takes unusually long. A rate limiter's request to wait
 * takes precedence.
 */
export class Looks {
  private readonly since: number;
  private lastMs: number;
  private retryAfterMs = 0;

  /** @param hardStopAfterMs when UpCloud turns the soft stop into a hard stop, which then is due */
  constructor(
    private readonly timer: Timer,
    private readonly hardStopAfterMs = 0,
  ) {
    this.since = timer.now();
    this.lastMs = this.since;
  }

  /** A look begins. Intervals are between beginnings. */
  begin(): void {
    this.lastMs = this.timer.now();
    this.retryAfterMs = 0;
  }

  failed(error: unknown): void {
    if (error instanceof UpCloudError) this.retryAfterMs = error.retryAfterMs ?? 0;
  }

  waitForNext(signal?: AbortSignal): Promise<void> {
    const now = this.timer.now();
    return this.timer.sleep(Math.max(this.lastMs + this.intervalMs(now) - now, this.retryAfterMs), signal);
  }

  private intervalMs(now: number): number {
    const elapsedMs = now - this.since;
    const overdueMs = elapsedMs < this.hardStopAfterMs ? elapsedMs : elapsedMs - this.hardStopAfterMs;
    return overdueMs < dueMs ? 1000 : 5000;
  }
}

/** Most guests shut down and boot within this time; recorded hard stops took 6 to 12 s. */
const dueMs = 60_000;
