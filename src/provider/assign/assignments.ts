import type { UpCloudClient } from "../../api/client";
import { hadNoEffect, isUnauthenticated, mayStillTakeEffect, UpCloudError } from "../../api/errors/upCloudError";
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
  /** Shows the user a line immediately. */
  notify(line: string): void;
  timer: Timer;
}

/**
 * Assigns addresses, and never buys one twice: UpCloud's assign is not idempotent, so a request in doubt is only repeated
 * when the account's list shows that it had no effect.
 *
 * On the fast path, the only overhead is one list before the operation's first assign. After a lost response, the server's
 * other assigns end first; then each assign in doubt takes one of the server's new addresses that belong to no resource. See
 * decisions/0005-nothing-bought-twice.md.
 */
export class Assignments {
  private readonly locks = new Map<string, SharedExclusiveLock>();
  /** By token. An entry outlives its create's failure, for a create that Pulumi repeats. */
  private readonly inDoubt = new Map<string, InDoubtAssign>();

  constructor(
    private readonly client: () => UpCloudClient["ipAddresses"],
    private readonly cache: AddressCache,
    private readonly journal: AssignmentJournal,
    private readonly claims: AddressClaims,
    private readonly ports: AssignmentPorts,
  ) {}

  /** The addresses before the operation's first assign, which show later whether an assign in doubt had an effect. */
  initialList(assignment: Assignment): Promise<IpAddressWire[]> {
    return this.cache.initialList().catch((cause) => {
      // The credentials are wrong for every server.
      throw isUnauthenticated(cause) ? cause : new NotListedError(assignment, cause);
    });
  }

  async assign(assignment: Assignment, signal: AbortSignal): Promise<IpAddressWire> {
    const initialList = await this.initialList(assignment);
    const onServer = initialList.filter(({ server }) => server === assignment.server).map(({ address }) => address);
    for (let attempts = 0; ; attempts++) {
      const doubt = this.inDoubt.get(assignment.token);
      if (doubt !== undefined) {
        const found = await this.resolveInDoubt(doubt, signal);
        if (found !== undefined) return found;
        if (mayStillTakeEffect(doubt.error) || signal.aborted) {
          throw new MayStillBeAssignedError(assignment, doubt.error);
        }
        if (attempts >= maxAttempts) throw new NothingAssignedError(assignment, attempts, doubt.error);
        this.ports.notify(
          `The response to an assign was lost, and server ${assignment.server} has no new ${assignment.family} address after ${maxEffectDelayMs / 1000} s: sending the assign again.`,
        );
      }
      const baseline = onServer.filter((address) => !this.claims.isReleased(address));
      const assigned = await this.lockOf(assignment.server).shared(() => this.send(assignment, baseline, signal));
      if (assigned !== undefined) return assigned;
    }
  }

  /** An assign holds its server's lock shared. The search for a lost result holds it exclusively. */
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
      // After the journal entry, so that an operation that follows sees either the entry or no assign.
      if (!(await this.ports.isEngineAlive())) throw new EngineGoneError(assignment);
      const assigned = await this.client().assign(assignment, signal);
      if (this.claims.isOwned(assigned.address)) this.ports.notify(reassignedNotice(assigned.address));
      this.claims.claimInProcess(assigned.address, assignment);
      await this.journal.recordAssigned(assignment, assigned.address);
      // UpCloud's response may leave it out.
      const { releasePolicy } = assignment;
      return releasePolicy === undefined ? assigned : { release_policy: releasePolicy, ...assigned };
    } catch (error) {
      if (!(error instanceof UpCloudError) || hadNoEffect(error)) {
        this.journal.drop(assignment);
        throw error;
      }
      this.inDoubt.set(assignment.token, { assignment, baseline, error, isWaiting: false, isResolved: false });
      await this.journal.recordInDoubt(assignment);
      return undefined;
    }
  }

  private async resolveInDoubt(doubt: InDoubtAssign, signal: AbortSignal): Promise<IpAddressWire | undefined> {
    doubt.isWaiting = true;
    try {
      await this.lockOf(doubt.assignment.server).exclusive(() => this.pollForAddresses(doubt, signal));
    } catch (error) {
      throw error instanceof AmbiguousAddressesError ? error : new UnclearError(doubt.assignment, doubt.error, error);
    } finally {
      doubt.isWaiting = false;
      // A create that Pulumi repeats searches again.
      doubt.isResolved = false;
    }
    if (doubt.found !== undefined) this.inDoubt.delete(doubt.assignment.token);
    return doubt.found;
  }

  /** Polls, because UpCloud may take a while to carry out a request and to list its result. */
  private async pollForAddresses(doubt: InDoubtAssign, signal: AbortSignal): Promise<void> {
    await this.claims.waitForConcurrentAssigns(doubt.assignment);
    const waitingAssigns = this.inDoubtOfSameKind(doubt).filter(({ isWaiting }) => isWaiting);
    for (const [index, delayMs] of recoveryPollDelaysMs.entries()) {
      if (doubt.isResolved) return;
      await this.ports.timer.sleep(delayMs, signal);
      const listed = await this.client().list(AbortSignal.timeout(listTimeoutMs));
      const unresolved = waitingAssigns.filter(({ isResolved }) => !isResolved);
      await this.distribute(listed, unresolved, index === recoveryPollDelaysMs.length - 1);
      if (signal.aborted) return;
    }
  }

  private inDoubtOfSameKind({ assignment }: InDoubtAssign): InDoubtAssign[] {
    return [...this.inDoubt.values()].filter((one) => isOfKind(one.assignment, assignment));
  }

  /** Gives each assign in doubt one candidate. They are interchangeable. */
  private async distribute(
    listed: readonly IpAddressWire[],
    inDoubt: readonly InDoubtAssign[],
    isLastPoll: boolean,
  ): Promise<void> {
    const [first] = inDoubt as [InDoubtAssign];
    const { assignment, baseline } = first;
    const candidates = this.claims.candidatesFor(listed, assignment, baseline);
    const possibleOwners = () => this.inDoubtOfSameKind(first).length + this.claims.concurrentSearches(assignment);
    if (candidates.length > inDoubt.length && candidates.length > possibleOwners()) {
      throw new AmbiguousAddressesError(
        assignment,
        candidates.map(({ address }) => address),
      );
    }
    if (candidates.length < inDoubt.length && !isLastPoll) return;
    for (const one of inDoubt) {
      one.found = await this.claimFirst(candidates, one.assignment);
      one.isResolved = true;
    }
  }

  /** Claims the first candidate that no other create claims, and removes it from the list. */
  private async claimFirst(candidates: IpAddressWire[], assignment: Assignment): Promise<IpAddressWire | undefined> {
    for (let next = candidates.shift(); next !== undefined; next = candidates.shift()) {
      if (!(await this.claims.claim(next, assignment))) continue;
      await this.journal.recordAssigned(assignment, next.address);
      this.ports.notify(
        `${next.address}: found on server ${assignment.server} after the response to its assign was lost.`,
      );
      return next;
    }
    return undefined;
  }
}

interface InDoubtAssign {
  assignment: Assignment;
  /** The addresses of the server before the assign. */
  baseline: readonly string[];
  error: UpCloudError;
  found?: IpAddressWire | undefined;
  /** Its create waits for the search. */
  isWaiting: boolean;
  /** The search has ended for it, with or without an address. */
  isResolved: boolean;
}

export const reassignedNotice = (address: string) =>
  `${address}: UpCloud has assigned it again. Another resource of the stack lost it outside of Pulumi and will not release it. To assign another address to that resource, replace it (\`pulumi up --target-replace URN\`).`;

const maxAttempts = 3;
const listTimeoutMs = 60_000;
const recoveryPollDelaysMs = [0, 1000, 2000, 4000, 7000, 8000, 8000];
/** How long UpCloud may take to carry out a request whose response was lost, and to list the result. */
export const maxEffectDelayMs = recoveryPollDelaysMs.reduce((sum, delayMs) => sum + delayMs);
