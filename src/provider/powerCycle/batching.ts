import type { OperationChanges } from "../../journal/operationChanges";
import type { Timer } from "../runtime/timer";
import { NoTimeLeftError } from "./errors";
import type { ExpectedCreates } from "./expectedCreates";
import type { PowerCycle } from "./powerCycle";
import type { StoppedChange } from "./stateRefusals";

/** Changes of this process that share one power cycle of a server. */
export interface Batch {
  readonly cycle: PowerCycle;
  /** How many changes have joined and not left yet. */
  changes: number;
  /** The last change is starting the server: the batch is closed. */
  isRestarting: boolean;
}

/** Delays the stop and the start of a server, so that as many of its changes as possible share one power cycle. */
export class Batching {
  /** Changes under way in this process, of all servers, and how many of them only wait for further changes. */
  private underWay = 0;
  private waiting = 0;

  constructor(
    private readonly timer: Timer,
    private readonly expectedCreates: ExpectedCreates,
    private readonly operationChanges: OperationChanges,
  ) {}

  begin(): void {
    this.underWay++;
  }

  end(): void {
    this.underWay--;
    this.expectedCreates.recordActivity();
  }

  /** Before the stop: waits for the program's other addresses while the server still runs. Not if it is stopped already. */
  async awaitBatch(server: string, batch: Batch, signal: AbortSignal, isLargest: () => boolean): Promise<void> {
    const { cycle } = batch;
    if (!this.isExpectingMore(server) || (await cycle.checkStopped(signal))) return;
    const since = this.timer.now();
    const idleLimitMs = () => (this.expectedCreates.isExpectingElsewhere(server) ? maxProcessStartMs : maxIdleMs);
    await this.waitWhileExpectingMore(server, idleLimitMs, (isEngineIdle) => {
      if (signal.aborted) throw new NoTimeLeftError(server);
      if (cycle.stoppedAtMs !== undefined || this.timer.now() - since > maxBatchingMs) return false;
      if (this.operationChanges.isStoppedByOthers(server)) return false;
      cycle.report("waiting for the other address changes before stopping", since);
      return !(isEngineIdle && isLargest());
    });
  }

  /**
   * Before the start: waits for late changes of this process and until the operation's other processes have ended theirs. Returns
   * early when a change joins the batch, which then has to start the server.
   */
  async awaitLateChanges(server: string, batch: Batch, purpose: StoppedChange["purpose"]): Promise<void> {
    const isDone = () => batch.changes > 0 || batch.isRestarting;
    do {
      if (batch.cycle.stoppedAtMs !== undefined) await this.linger(server, batch, purpose);
      const since = this.timer.now();
      while (!isDone() && this.operationChanges.areOthersChanging(server)) {
        batch.cycle.report("waiting for another provider process of this operation to change it", since);
        await this.timer.sleep(pollMs);
        this.expectedCreates.recordActivity();
      }
    } while (!isDone() && !this.operationChanges.claimStart(server));
  }

  private async linger(server: string, batch: Batch, purpose: StoppedChange["purpose"]): Promise<void> {
    // Releases are not announced. The next one comes immediately, or not at all.
    if (purpose === "release" || this.expectedCreates.expectation(server) === "unknown")
      await this.timer.sleep(maxIdleMs);
    const { cycle } = batch;
    const stoppedSince = cycle.stoppedAtMs ?? this.timer.now();
    await this.waitWhileExpectingMore(
      server,
      () => maxIdleMs,
      (isEngineIdle) => {
        cycle.report("waiting for more address changes before starting again", stoppedSince);
        return batch.changes === 0 && !isEngineIdle && this.timer.now() - stoppedSince < maxDowntimeMs;
      },
    );
  }

  /**
   * Polls while the program declares more addresses of the server, and `keepWaiting` agrees. The engine has a limited number
   * of slots: it is idle if all changes under way wait here and it has sent nothing for `limitMs`.
   */
  private async waitWhileExpectingMore(
    server: string,
    limitMs: () => number,
    keepWaiting: (isEngineIdle: boolean) => boolean,
  ): Promise<void> {
    this.waiting++;
    try {
      const isEngineIdle = () => this.waiting >= this.underWay && this.expectedCreates.idleMs() > limitMs();
      while (this.isExpectingMore(server) && keepWaiting(isEngineIdle())) await this.timer.sleep(pollMs);
    } finally {
      this.waiting--;
      this.expectedCreates.recordActivity();
    }
  }

  private isExpectingMore(server: string): boolean {
    return this.expectedCreates.expectation(server) === "more";
  }
}

/** The engine hands over the next change within this time after one has ended. */
const maxIdleMs = 1000;
/** How long another provider process may take to start on a busy computer. */
const maxProcessStartMs = 10_000;
export const pollMs = 50;
/** The limits of waiting for further changes: before the stop, and as downtime before the start. */
const maxBatchingMs = 5 * 60_000;
const maxDowntimeMs = 60_000;
