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
    private readonly processes: OperationChanges,
  ) {}

  begin(): void {
    this.underWay++;
  }

  end(): void {
    this.underWay--;
    this.expectedCreates.recordActivity();
  }

  /** The server still runs and waits for the rest of the program's addresses; nothing to gain where it is off. */
  async awaitBatch(server: string, shared: Batch, signal: AbortSignal, isLargest: () => boolean): Promise<void> {
    const { cycle } = shared;
    if (!this.isExpectingMore(server) || (await cycle.isStoppedAlready(signal))) return;
    const since = this.timer.now();
    const idleMs = () => (this.expectedCreates.isExpectingElsewhere(server) ? startOfProcessMs : quietMs);
    await this.whileOthersMayCome(server, idleMs, (isEngineIdle) => {
      if (signal.aborted) throw new NoTimeLeftError(server);
      if (cycle.stoppedAtMs !== undefined || this.timer.now() - since > maxBatchingMs) return false;
      if (this.processes.isStoppedByOthers(server)) return false;
      cycle.say("waiting for the rest of its addresses before it is stopped", since);
      return !(isEngineIdle && isLargest());
    });
  }

  /** The server is off, and is started when nobody of the operation changes it any more; somebody must stay to do that. */
  async awaitLateChanges(server: string, shared: Batch, purpose: StoppedChange["purpose"]): Promise<void> {
    const isDone = () => shared.changes > 0 || shared.isRestarting;
    do {
      if (shared.cycle.stoppedAtMs !== undefined) await this.linger(server, shared, purpose);
      const since = this.timer.now();
      while (!isDone() && this.processes.areOthersChanging(server)) {
        shared.cycle.say("waiting until another provider process of this operation has changed it", since);
        await this.timer.sleep(pollMs);
        this.expectedCreates.recordActivity();
      }
    } while (!isDone() && !this.processes.claimStart(server));
  }

  private async linger(server: string, shared: Batch, purpose: StoppedChange["purpose"]): Promise<void> {
    // Of releases nothing is planned: the next one comes at once, or not at all.
    if (purpose === "release" || this.expectedCreates.expectation(server) === "unknown")
      await this.timer.sleep(quietMs);
    const { cycle } = shared;
    const offSince = cycle.stoppedAtMs ?? this.timer.now();
    await this.whileOthersMayCome(
      server,
      () => quietMs,
      (isEngineIdle) => {
        cycle.say("waiting for more of its addresses before it is started", offSince);
        return shared.changes === 0 && !isEngineIdle && this.timer.now() - offSince < maxDowntimeMs;
      },
    );
  }

  /**
   * Waits as long as the program declares more for this server, and `goesOn`. The engine has only so many slots: it is
   * stuck when everything under way waits and nothing has come from it for a moment.
   */
  private async whileOthersMayCome(
    server: string,
    idleMs: () => number,
    goesOn: (isEngineIdle: boolean) => boolean,
  ): Promise<void> {
    this.waiting++;
    try {
      const isEngineIdle = () => this.waiting >= this.underWay && this.expectedCreates.idleMs() > idleMs();
      while (this.isExpectingMore(server) && goesOn(isEngineIdle())) await this.timer.sleep(pollMs);
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
const quietMs = 1000;
/** As long as another provider process may take to start on a busy computer. */
const startOfProcessMs = 10_000;
export const pollMs = 50;
/** What waiting for more may cost: time while the server runs, and downtime. */
const maxBatchingMs = 5 * 60_000;
const maxDowntimeMs = 60_000;
