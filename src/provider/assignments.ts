import type { UpCloudClient } from "../api/client";
import { isWithoutEffect, UpCloudError } from "../api/errors";
import type { IpAddressWire } from "../api/wire";
import type { AccountSnapshot } from "./accountSnapshot";
import {
  AmbiguousAddressesError,
  AnotherOperationError,
  EngineGoneError,
  NothingAssignedError,
  NotListedError,
  UnclearError,
} from "./assignmentFailures";
import type { Assignment, AssignmentJournal } from "./assignmentJournal";
import type { Pace } from "./pace";
import { ServerTurns } from "./serverTurns";
import { isOfKind, type UnclaimedAddresses } from "./unclaimedAddresses";

/**
 * Assigns addresses, and never buys one twice: UpCloud's assign has no idempotency key, so a request whose answer is lost
 * is only sent again when the account's list shows that it had no effect.
 *
 * Nothing waits and nothing is listed on the fast path, but for the account as it was before the first assign. After a
 * lost answer the server's other assigns end first; of what is new there then, each lost one takes an address that
 * nobody else accounts for. See decisions/0005-nothing-bought-twice.md.
 */
export class Assignments {
  private readonly servers = new Map<string, ServerTurns>();
  private readonly lost = new Set<LostAnswer>();

  constructor(
    private readonly client: () => UpCloudClient["ipAddresses"],
    private readonly snapshot: AccountSnapshot,
    private readonly journal: AssignmentJournal,
    private readonly unclaimed: UnclaimedAddresses,
    private readonly engine: { isAlive(): Promise<boolean> },
    private readonly pace: Pace,
  ) {}

  async assign(assignment: Assignment, signal: AbortSignal): Promise<IpAddressWire> {
    const before = await this.snapshot.addresses().catch((cause) => {
      throw new NotListedError(assignment, cause);
    });
    const onServer = before.filter(({ server }) => server === assignment.server).map(({ address }) => address);
    const turns = this.turnsOf(assignment);
    for (let sends = 1; ; sends++) {
      const known = onServer.filter((address) => !this.unclaimed.isReleased(address));
      try {
        return await turns.send(() => this.send(assignment, known, signal));
      } catch (error) {
        if (!(error instanceof UpCloudError) || isWithoutEffect(error)) throw error;
        const found = await this.afterLostAnswer({ assignment, known, error });
        if (found !== undefined) return found;
        if (sends === mostSends || signal.aborted) throw new NothingAssignedError(assignment, sends, error);
      }
    }
  }

  turnsOf({ server }: Assignment): ServerTurns {
    const turns = this.servers.get(server) ?? new ServerTurns();
    this.servers.set(server, turns);
    return turns;
  }

  private async send(assignment: Assignment, known: string[], signal: AbortSignal): Promise<IpAddressWire> {
    if (!(await this.engine.isAlive())) throw new EngineGoneError(assignment);
    if (!(await this.journal.begin(assignment, known))) throw new AnotherOperationError(assignment);
    try {
      const answer = await this.client().assign(assignment, signal);
      this.unclaimed.give(answer.address);
      await this.journal.assigned(assignment, answer.address);
      return answer;
    } catch (error) {
      if (isWithoutEffect(error)) this.journal.drop(assignment);
      throw error;
    }
  }

  private async afterLostAnswer(lost: LostAnswer): Promise<IpAddressWire | undefined> {
    this.lost.add(lost);
    try {
      await this.journal.lost(lost.assignment);
      await this.turnsOf(lost.assignment).look(() => this.lookFor(lost));
    } catch (error) {
      throw error instanceof AmbiguousAddressesError ? error : new UnclearError(lost.assignment, lost.error, error);
    } finally {
      this.lost.delete(lost);
    }
    return lost.found;
  }

  /** UpCloud may take a moment to list what it has assigned, and to assign what it was asked for. */
  private async lookFor(lost: LostAnswer): Promise<void> {
    await this.unclaimed.othersHaveEnded(lost.assignment);
    const alike = [...this.lost].filter(({ assignment }) => isOfKind(assignment, lost.assignment));
    for (const [index, waitMs] of looksAfterMs.entries()) {
      const open = alike.filter((one) => !one.isClear);
      if (open.length === 0) return;
      await this.pace.sleep(waitMs);
      const listed = await this.client().list(AbortSignal.timeout(lookMs));
      await this.distribute(listed, open, index === looksAfterMs.length - 1);
    }
  }

  /** They are interchangeable: one found for each is as good as the one that each has brought. */
  private async distribute(
    listed: readonly IpAddressWire[],
    lost: readonly LostAnswer[],
    isLastLook: boolean,
  ): Promise<void> {
    const [{ assignment, known }] = lost as [LostAnswer];
    const candidates = await this.unclaimed.among(listed, assignment, known);
    const others = candidates.length > lost.length ? this.unclaimed.othersLooking(assignment) : 0;
    if (candidates.length > lost.length + others) {
      throw new AmbiguousAddressesError(
        assignment,
        candidates.map(({ address }) => address),
      );
    }
    if (candidates.length < lost.length && !isLastLook) return;
    for (const one of lost) {
      one.found = await this.firstTaken(candidates, one.assignment);
      one.isClear = true;
    }
  }

  /** Of candidates that others may take at the same moment; takes them out. */
  private async firstTaken(candidates: IpAddressWire[], assignment: Assignment): Promise<IpAddressWire | undefined> {
    for (let next = candidates.shift(); next !== undefined; next = candidates.shift()) {
      if (await this.unclaimed.take(next, assignment)) return next;
    }
    return undefined;
  }
}

interface LostAnswer {
  assignment: Assignment;
  /** What was on the server before the first assign. */
  known: readonly string[];
  error: unknown;
  found?: IpAddressWire | undefined;
  /** Whether it brought an address is known. */
  isClear?: true;
}

const mostSends = 3;
const lookMs = 60_000;
/** A lost request that was on its way has had its effect, if any, when the last look comes. */
const looksAfterMs = [0, 1000, 2000, 4000];
