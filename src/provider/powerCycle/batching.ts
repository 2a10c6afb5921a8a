import type { OperationChanges } from "../../journal/operationChanges";
import type { Timer } from "../runtime/timer";
import { NoTimeLeftError } from "./errors";
import type { ExpectedCreates } from "./expectedCreates";
import type { PowerCycle } from "./powerCycle";
import type { StoppedChange } from "./stateRefusals";

/** Changes of this process that share one stop and one start of a server. */
export interface Batch {
  readonly cycle: PowerCycle;
  /** How many changes have joined and not left. */
  changes: number;
  /** The last one out starts the server: nobody joins any more. */
  isRestarting: boolean;
}

/** Has the changes of a server wait for each other: before it is stopped, and before it is started again. */
export class Batching {
  /** Changes under way in this operation, and those of them that only wait for others to come. */
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

  /** The server still runs and waits for the rest of the program's addresses; nothing to gain where it is off. */
  async awaitBatch(server: string, batch: Batch, signal: AbortSignal, isLargest: () => boolean): Promise<void> {
    const { cycle } = batch;
    if (!this.isExpectingMore(server) || (await cycle.isStoppedAlready(signal))) return;
    const since = this.timer.now();
    const maxIdleMs = () => (this.expectedCreates.isExpectingElsewhere(server) ? processStartLimitMs : idleLimitMs);
    await this.waitWhileExpectingMore(server, maxIdleMs, (isEngineIdle) => {
      if (signal.aborted) throw new NoTimeLeftError(server);
      if (cycle.stoppedAtMs !== undefined || this.timer.now() - since > maxBatchingMs) return false;
      if (this.operationChanges.isStoppedByOthers(server)) return false;
      cycle.report("waiting for the other address changes before stopping", since);
      return !(isEngineIdle && isLargest());
    });
  }

  /** The server is off, and is started when nobody of the operation changes it any more; somebody must stay to do that. */
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
    // Of releases nothing is planned: the next one comes at once, or not at all.
    if (purpose === "release" || this.expectedCreates.expectation(server) === "unknown")
      await this.timer.sleep(idleLimitMs);
    const { cycle } = batch;
    const stoppedSince = cycle.stoppedAtMs ?? this.timer.now();
    await this.waitWhileExpectingMore(
      server,
      () => idleLimitMs,
      (isEngineIdle) => {
        cycle.report("waiting for more address changes before starting again", stoppedSince);
        return batch.changes === 0 && !isEngineIdle && this.timer.now() - stoppedSince < maxDowntimeMs;
      },
    );
  }

  /**
   * Waits as long as the program declares more for this server, and `goesOn`. The engine has only so many slots: it is
   * stuck when everything under way waits and nothing has come from it for a moment.
   */
  private async waitWhileExpectingMore(
    server: string,
    maxIdleMs: () => number,
    keepWaiting: (isEngineIdle: boolean) => boolean,
  ): Promise<void> {
    this.waiting++;
    try {
      const isEngineIdle = () => this.waiting >= this.underWay && this.expectedCreates.idleMs() > maxIdleMs();
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

/** The engine hands over the next change this soon after the one before has ended. */
const idleLimitMs = 1000;
/** As long as another provider process may take to start on a busy computer. */
const processStartLimitMs = 10_000;
export const pollMs = 50;
/** What waiting for more may cost: time while the server runs, and downtime. */
const maxBatchingMs = 5 * 60_000;
const maxDowntimeMs = 60_000;
