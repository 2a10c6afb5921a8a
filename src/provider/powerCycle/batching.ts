import type { OperationChanges } from "../../journal/operationChanges";
import type { Timer } from "../runtime/timer";
import { NoTimeLeftError } from "./errors";
import type { ExpectedCreates } from "./expectedCreates";
import type { ExpectedReleases } from "./expectedReleases";
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
  /** How many changes the engine had under way when it sent no more of them although the program declares more. */
  private engineSlots: number | undefined;

  constructor(
    private readonly timer: Timer,
    private readonly expected: { creates: ExpectedCreates; releases: ExpectedReleases },
    private readonly operationChanges: OperationChanges,
  ) {}

  begin(): void {
    this.underWay++;
    if (this.underWay > (this.engineSlots ?? 0)) this.engineSlots = undefined;
    this.expected.creates.recordActivity();
  }

  end(): void {
    this.underWay--;
    this.expected.creates.recordActivity();
  }

  /** Before the stop: waits for the program's other addresses while the server still runs. Not if it is stopped already. */
  async awaitBatch(server: string, batch: Batch, signal: AbortSignal, isLargest: () => boolean): Promise<void> {
    const { cycle } = batch;
    const { creates } = this.expected;
    const expectation = () => creates.expectation(server);
    if (expectation() !== "more" || (await cycle.checkStopped(signal))) return;
    const since = this.timer.now();
    const idleLimitMs = () => (creates.isExpectingElsewhere(server) ? maxProcessStartMs : maxIdleBeforeStopMs);
    await this.waitWhileExpecting(expectation, idleLimitMs, (isEngineIdle) => {
      if (signal.aborted) throw new NoTimeLeftError(server);
      if (cycle.stoppedAtMs !== undefined || this.timer.now() - since > maxBatchingMs) return false;
      if (this.operationChanges.isStoppedByOthers(server)) return false;
      cycle.server.reportWait(since, (title) => `waiting for the other address changes before stopping ${title}`);
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
        batch.cycle.server.reportWait(since, (title) => `waiting for another provider process that changes ${title}`);
        await this.timer.sleep(pollMs);
        this.expected.creates.recordActivity();
      }
    } while (!isDone() && !this.operationChanges.claimStart(server));
  }

  private async linger(server: string, batch: Batch, purpose: StoppedChange["purpose"]): Promise<void> {
    const { creates, releases } = this.expected;
    const stoppedSince = batch.cycle.stoppedAtMs ?? this.timer.now();
    const expectation = () => {
      const created = creates.expectation(server);
      return purpose === "assign" || created === "more" ? created : releases.expectation(server);
    };
    const idleLimitMs = () => maxIdleMs[expectation()];
    await this.waitWhileExpecting(expectation, idleLimitMs, (isEngineIdle) => {
      batch.cycle.server.reportWait(
        stoppedSince,
        (title) => `waiting for more address changes before starting ${title} again`,
      );
      return batch.changes === 0 && !isEngineIdle && this.timer.now() - stoppedSince < maxDowntimeMs;
    });
  }

  /**
   * Polls while further changes may come, and `keepWaiting` agrees. The engine has a limited number of slots: it is idle if all
   * changes under way wait here, and either they are as many as it had under way when it was idle before, or it has sent nothing
   * for `limitMs`.
   */
  private async waitWhileExpecting(
    expectation: () => Expectation,
    limitMs: () => number,
    keepWaiting: (isEngineIdle: boolean) => boolean,
  ): Promise<void> {
    this.waiting++;
    const isEngineIdle = () => {
      if (this.waiting < this.underWay) return false;
      if (this.underWay === this.engineSlots) return true;
      if (this.expected.creates.idleMs() <= limitMs()) return false;
      this.engineSlots = this.underWay;
      return true;
    };
    try {
      while (expectation() !== "none" && keepWaiting(isEngineIdle())) await this.timer.sleep(pollMs);
    } finally {
      this.waiting--;
    }
  }
}

type Expectation = ReturnType<ExpectedCreates["expectation"]>;

/** The engine hands over the next change within this time after one has ended: one that is known to come, or one that may come. */
const maxIdleMs = { more: 1000, unknown: 300, none: 0 };
/** The same before the stop, where waiting costs no downtime, and a change that comes later may need another stop: a busy engine is slow. */
const maxIdleBeforeStopMs = 3000;
/** How long another provider process may take to start on a busy computer. */
const maxProcessStartMs = 10_000;
export const pollMs = 50;
/** The limits of waiting for further changes: before the stop, and as downtime before the start. */
const maxBatchingMs = 5 * 60_000;
const maxDowntimeMs = 60_000;
