import type { UpCloudClient } from "../../api/client";
import { hadNoEffect, mayStillTakeEffect, UpCloudError } from "../../api/errors/upCloudError";
import type { IpAddressWire } from "../../api/wire";
import type { AssignmentJournal } from "../../journal/assignmentJournal";
import type { Assignment } from "../../journal/journalEntry";
import type { AddressCache } from "../account/addressCache";
import type { Timer } from "../runtime/timer";
import { type AddressClaims, isOfKind } from "./addressClaims";
import {
  AmbiguousAddressesError,
  EngineGoneError,
  MayStillBeAssignedError,
  NothingAssignedError,
  NotListedError,
  UnclearError,
} from "./errors";
import { SharedExclusiveLock } from "./sharedExclusiveLock";

interface AssignmentPorts {
  isEngineAlive(): Promise<boolean>;
  /** Shows the user a line, at once. */
  notify(line: string): void;
  timer: Timer;
}

/**
 * Assigns addresses, and never buys one twice: UpCloud's assign has no idempotency key, so a request whose answer is lost
 * is only sent again when the account's list shows that it had no effect.
 *
 * Nothing waits and nothing is listed on the fast path, but for the account as it was before the first assign. After a
 * lost answer the server's other assigns end first; of what is new there then, each lost one takes an address that
 * belongs to nobody else. See decisions/0005-nothing-bought-twice.md.
 */
export class Assignments {
  private readonly locks = new Map<string, SharedExclusiveLock>();
  /** By token: of creates of this operation, also of those that have failed for it and are asked for again. */
  private readonly inDoubt = new Map<string, InDoubtAssign>();

  constructor(
    private readonly client: () => UpCloudClient["ipAddresses"],
    private readonly cache: AddressCache,
    private readonly journal: AssignmentJournal,
    private readonly claims: AddressClaims,
    private readonly ports: AssignmentPorts,
  ) {}

  async assign(assignment: Assignment, signal: AbortSignal): Promise<IpAddressWire> {
    const before = await this.cache.initialList().catch((cause) => {
      throw new NotListedError(assignment, cause);
    });
    const onServer = before.filter(({ server }) => server === assignment.server).map(({ address }) => address);
    for (let sends = 0; ; sends++) {
      const doubt = this.inDoubt.get(assignment.token);
      if (doubt !== undefined) {
        const found = await this.resolve(doubt, signal);
        if (found !== undefined) return found;
        if (mayStillTakeEffect(doubt.error) || signal.aborted) {
          throw new MayStillBeAssignedError(assignment, doubt.error);
        }
        if (sends >= maxSends) throw new NothingAssignedError(assignment, sends, doubt.error);
        this.ports.notify(
          `The answer to an assign was lost, and server ${assignment.server} has no new ${assignment.family} address after ${patienceMs / 1000} s: sending the assign again.`,
        );
      }
      const baseline = onServer.filter((address) => !this.claims.isReleased(address));
      const answer = await this.lockOf(assignment.server).shared(() => this.send(assignment, baseline, signal));
      if (answer !== undefined) return answer;
    }
  }

  /** Assigns to a server hold its lock shared. Whoever finds out what became of a request holds it exclusively. */
  lockOf(server: string): SharedExclusiveLock {
    const lock = this.locks.get(server) ?? new SharedExclusiveLock();
    this.locks.set(server, lock);
    return lock;
  }

  /** `undefined`: the assign is in doubt. */
  private async send(
    assignment: Assignment,
    baseline: string[],
    signal: AbortSignal,
  ): Promise<IpAddressWire | undefined> {
    this.inDoubt.delete(assignment.token);
    await this.journal.begin(assignment, baseline);
    try {
      // Asked when the journal tells of the assign: whoever comes after the engine has ended finds the one or the other.
      if (!(await this.ports.isEngineAlive())) throw new EngineGoneError(assignment);
      const answer = await this.client().assign(assignment, signal);
      if (this.claims.isOwned(answer.address)) this.ports.notify(assignedAnew(answer.address));
      this.claims.claimInProcess(answer.address, assignment);
      await this.journal.assigned(assignment, answer.address);
      return answer;
    } catch (error) {
      if (!(error instanceof UpCloudError) || hadNoEffect(error)) {
        this.journal.drop(assignment);
        throw error;
      }
      this.inDoubt.set(assignment.token, { assignment, baseline, error, isWaiting: false, isResolved: false });
      await this.journal.inDoubt(assignment);
      return undefined;
    }
  }

  private async resolve(doubt: InDoubtAssign, signal: AbortSignal): Promise<IpAddressWire | undefined> {
    doubt.isWaiting = true;
    try {
      await this.lockOf(doubt.assignment.server).exclusive(() => this.lookFor(doubt, signal));
    } catch (error) {
      throw error instanceof AmbiguousAddressesError ? error : new UnclearError(doubt.assignment, doubt.error, error);
    } finally {
      doubt.isWaiting = false;
      // A create that is repeated looks again.
      doubt.isResolved = false;
    }
    if (doubt.found !== undefined) this.inDoubt.delete(doubt.assignment.token);
    return doubt.found;
  }

  /** UpCloud may take a moment to list what it has assigned, and to assign what it was asked for. */
  private async lookFor(doubt: InDoubtAssign, signal: AbortSignal): Promise<void> {
    await this.claims.waitForConcurrentAssigns(doubt.assignment);
    const alike = this.inDoubtLike(doubt).filter(({ isWaiting }) => isWaiting);
    for (const [index, delayMs] of recoveryPollDelaysMs.entries()) {
      if (doubt.isResolved) return;
      await this.ports.timer.sleep(delayMs, signal);
      const listed = await this.client().list(AbortSignal.timeout(lookMs));
      const open = alike.filter(({ isResolved }) => !isResolved);
      await this.distribute(listed, open, index === recoveryPollDelaysMs.length - 1);
      if (signal.aborted) return;
    }
  }

  private inDoubtLike({ assignment }: InDoubtAssign): InDoubtAssign[] {
    return [...this.inDoubt.values()].filter((one) => isOfKind(one.assignment, assignment));
  }

  /** They are interchangeable: one found for each is as good as the one that each has brought. */
  private async distribute(
    listed: readonly IpAddressWire[],
    inDoubt: readonly InDoubtAssign[],
    isLastLook: boolean,
  ): Promise<void> {
    const [first] = inDoubt as [InDoubtAssign];
    const { assignment, baseline } = first;
    const candidates = this.claims.candidatesFor(listed, assignment, baseline);
    const mayHaveOne = () => this.inDoubtLike(first).length + this.claims.concurrentLooks(assignment);
    if (candidates.length > inDoubt.length && candidates.length > mayHaveOne()) {
      throw new AmbiguousAddressesError(
        assignment,
        candidates.map(({ address }) => address),
      );
    }
    if (candidates.length < inDoubt.length && !isLastLook) return;
    for (const one of inDoubt) {
      one.found = await this.firstClaimed(candidates, one.assignment);
      one.isResolved = true;
    }
  }

  /** Of candidates that others may claim at the same moment; removes them. */
  private async firstClaimed(candidates: IpAddressWire[], assignment: Assignment): Promise<IpAddressWire | undefined> {
    for (let next = candidates.shift(); next !== undefined; next = candidates.shift()) {
      if (!(await this.claims.claim(next, assignment))) continue;
      await this.journal.assigned(assignment, next.address);
      this.ports.notify(
        `${next.address}: found on server ${assignment.server} after the answer to its assign was lost.`,
      );
      return next;
    }
    return undefined;
  }
}

interface InDoubtAssign {
  assignment: Assignment;
  /** What was on the server before the assign. */
  baseline: readonly string[];
  error: UpCloudError;
  found?: IpAddressWire | undefined;
  /** Its create waits for the result of a look. */
  isWaiting: boolean;
  /** Whether it brought an address is known. */
  isResolved: boolean;
}

export const assignedAnew = (address: string) =>
  `${address}: UpCloud has assigned it anew. Another resource of the stack lost it outside of Pulumi, and will not release it. Replace that resource (\`pulumi up --target-replace URN\`) to assign it another address.`;

const maxSends = 3;
const lookMs = 60_000;
/** A lost request that was on its way has had its effect, if any, when the last look comes. */
const recoveryPollDelaysMs = [0, 1000, 2000, 4000, 7000, 8000, 8000];
/** How long UpCloud may take to carry out a request whose answer is lost, and to list what it brought. */
export const patienceMs = 30_000;
