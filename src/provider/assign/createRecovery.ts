import type { UpCloudClient } from "../../api/client";
import type { IpAddressWire } from "../../api/wire";
import type { AssignmentJournal, Leftover } from "../../journal/assignmentJournal";
import type { Assignment, JournalEntry } from "../../journal/journalEntry";
import { addressKey } from "../../model/addresses";
import { messageOf } from "../../model/messageOf";
import type { StackState } from "../../state/stackState";
import type { StackAddresses } from "../account/stackAddresses";
import type { Timer } from "../runtime/timer";
import { idsIn, isCreating, pendingTokensIn } from "../stack/ownership";
import { type AddressClaims, isOfKind, pollMs, waitingFor } from "./addressClaims";
import { type Assignments, patienceMs } from "./assignments";
import { AmbiguousAddressesError, AnotherOperationError, CannotTellError } from "./errors";

interface RecoveryPorts {
  /** The state of the stack under way. Fails where it cannot be read. */
  readState(isOfThisOperation: (state: StackState) => boolean): Promise<StackState>;
  /** Whether the entry is of an operation under way, which will report or end it. */
  isUnderWay(entry: JournalEntry): Promise<boolean>;
  ignoreGone: StackAddresses["ignoreGone"];
  /** Shows the user a line, at once. */
  notify(line: string): void;
  timer: Timer;
}

/**
 * Takes over an address that an operation before this one has assigned and could not save. Such an address belongs to
 * nobody, so any create of the same kind on its server may have it. What is evidence for that depends on what Pulumi was
 * told; see the table in decisions/0005-nothing-bought-twice.md.
 */
export class CreateRecovery {
  constructor(
    private readonly client: () => UpCloudClient["ipAddresses"],
    private readonly journal: AssignmentJournal,
    private readonly assignments: Assignments,
    private readonly claims: AddressClaims,
    private readonly ports: RecoveryPorts,
  ) {}

  async recover(assignment: Assignment, signal: AbortSignal): Promise<IpAddressWire | undefined> {
    const own = this.journal.own(assignment);
    if (own?.address !== undefined) return this.goOn(assignment, own.address, signal);
    // It is in doubt, and looked for before it is sent again.
    if (own !== undefined) return undefined;
    await this.waitForOrphan(assignment, signal);
    const left = this.leftoversOf(assignment);
    const known = left.filter(({ entry }) => entry.address !== undefined);
    const found = (await this.takeKnown(assignment, known, signal)) ?? (await this.takeUnanswered(assignment, signal));
    if (found === undefined) return undefined;
    const { answer, at } = found;
    this.ports.notify(
      `${answer.address}: taken over from an operation that was interrupted (${at}), instead of assigning another address.`,
    );
    return answer;
  }

  /** A create that an error hook repeats has its address already. */
  private async goOn(assignment: Assignment, address: string, signal: AbortSignal): Promise<IpAddressWire | undefined> {
    const answer = await this.find(address, assignment, signal);
    if (answer === undefined) this.journal.drop(assignment);
    return answer;
  }

  /** Entries of creates of the same kind that nobody is at work on; those of the same resource first. */
  private leftoversOf(assignment: Assignment): Leftover[] {
    const isSameResource = ({ entry }: Leftover) => entry.urn === assignment.urn;
    const left = this.journal.leftovers().filter((leftover) => {
      const { entry } = leftover;
      if (entry.adopted || !isOfKind(entry, assignment) || this.journal.isOfThisOperation(entry)) return false;
      const now = this.asOfNow(leftover);
      return now !== undefined && (now.phase === "reported" || !this.claims.isAtWork(now));
    });
    return [...left.filter(isSameResource), ...left.filter((one) => !isSameResource(one))];
  }

  /** A process lives on when its engine is killed, and may be in the middle of the same create. */
  private async waitForOrphan(assignment: Assignment, signal: AbortSignal): Promise<void> {
    for (const leftover of await this.orphansOf(assignment)) {
      for (let hasSaid = false; ; hasSaid = true) {
        const now = this.journal.current(leftover);
        if (now === undefined || now.phase === "reported" || !this.claims.isAtWork(now)) break;
        if (signal.aborted) throw new AnotherOperationError(assignment);
        if (!hasSaid) this.ports.notify(waitingFor(now, " for the same resource"));
        await this.ports.timer.sleep(pollMs, signal);
      }
    }
  }

  /** By the token too: the stack, or the resource in the program, may have been renamed. */
  private async orphansOf(assignment: Assignment): Promise<Leftover[]> {
    const underWay = this.journal.leftovers().filter(({ entry }) => {
      if (entry.phase === "reported" || entry.adopted || this.journal.isOfThisOperation(entry)) return false;
      return (entry.urn === assignment.urn || isOfKind(entry, assignment)) && this.claims.isAtWork(entry);
    });
    if (underWay.every(({ entry }) => entry.urn === assignment.urn)) return underWay;
    const state = await this.readState(assignment);
    const interrupted = "failure" in state ? new Set() : pendingTokensIn(state);
    return underWay.filter(({ entry }) => entry.urn === assignment.urn || interrupted.has(entry.token));
  }

  private async takeKnown(
    assignment: Assignment,
    left: readonly Leftover[],
    signal: AbortSignal,
  ): Promise<Found | undefined> {
    for (const leftover of left) {
      const state = await this.readState(assignment);
      const entry = await this.leftBehind(leftover);
      if (entry?.address === undefined) continue;
      const { address } = entry;
      const isInState = !("failure" in state) && idsIn(state).has(addressKey(address));
      if (isInState || this.claims.isOwned(address)) continue;
      const wasTold = entry.phase === "reported";
      if (wasTold && ("failure" in state || !pendingTokensIn(state).has(entry.token))) {
        // Pulumi has saved it, or may have, whatever became of it since.
        if (entry.urn === assignment.urn) await this.leave(leftover, assignment, state, signal);
        continue;
      }
      const answer = await this.find(address, assignment, signal);
      if (answer === undefined) this.journal.discard(leftover);
      else if (!this.claims.claimInProcess(address, assignment)) continue;
      else if (await this.journal.takeOver(leftover, assignment, answer.address)) return { answer, at: entry.at };
    }
    return undefined;
  }

  /** The entry as its process has left it; `undefined` while that one works on, and where the entry is over. */
  private async leftBehind(leftover: Leftover): Promise<JournalEntry | undefined> {
    return (await this.ports.isUnderWay(leftover.entry)) ? undefined : this.asOfNow(leftover);
  }

  /** Its process may have gone on since the journal was read, until it reported. */
  private asOfNow(leftover: Leftover): JournalEntry | undefined {
    return leftover.entry.phase === "reported" ? leftover.entry : this.journal.current(leftover);
  }

  /**
   * In doubt, another address is assigned. The user is told of this one if it is still there. Its entry stays: a stack that
   * was renamed, or one of the same name in another backend, may be the one whose create was interrupted.
   */
  private async leave(leftover: Leftover, assignment: Assignment, state: object, signal: AbortSignal): Promise<void> {
    const { address = "" } = leftover.entry;
    if (await this.find(address, assignment, signal)) this.ports.notify(notTakenOver(leftover.entry, state));
    else this.journal.discard(leftover);
  }

  private async find(address: string, assignment: Assignment, signal: AbortSignal): Promise<IpAddressWire | undefined> {
    const answer = await this.client()
      .get(address, signal)
      .catch(this.ports.ignoreGone(address, assignment, signal));
    return answer !== undefined && isOfKind(answer, assignment) ? answer : undefined;
  }

  /** Of creates that ended before their answer: what is new on the server since. */
  private async takeUnanswered(assignment: Assignment, signal: AbortSignal): Promise<Found | undefined> {
    const left = () => this.leftoversOf(assignment).filter(({ entry }) => entry.address === undefined);
    if (left().length === 0) return undefined;
    return this.assignments.lockOf(assignment.server).exclusive(async () => {
      await this.claims.waitForConcurrentAssigns(assignment);
      for (const leftover of left()) {
        const entry = await this.leftBehind(leftover);
        if (entry === undefined || entry.address !== undefined) continue;
        const candidates = await this.lookFor(assignment, leftover, signal);
        let isTaken = false;
        for (const answer of candidates) {
          if (this.claims.isOwned(answer.address)) continue;
          // An interrupted create may have claimed the address already: only with its entry can the claim be taken over.
          const claimant = this.journal.claimantOf(answer.address);
          const from = left().find(({ entry }) => entry.token === claimant) ?? leftover;
          isTaken = (await this.journal.takeOver(from, assignment)) || isTaken;
          if (!isTaken || !(await this.claims.claim(answer, assignment, from.entry.token))) continue;
          await this.journal.assigned(assignment, answer.address);
          return { answer, at: from.entry.at };
        }
        if (candidates.length === 0 && !signal.aborted) this.journal.discard(leftover);
      }
      return undefined;
    });
  }

  /** A request that was on its way when its process ended has its effect within the time that a lost answer is given. */
  private async lookFor(
    assignment: Assignment,
    { entry }: Leftover,
    signal: AbortSignal,
  ): Promise<readonly IpAddressWire[]> {
    const untilMs = Math.min(Date.parse(entry.at) + patienceMs - Date.now(), patienceMs);
    const since = this.ports.timer.now();
    for (;;) {
      const isLastLook = this.ports.timer.now() - since >= untilMs || signal.aborted;
      const candidates = await this.candidatesFor(assignment, entry, signal);
      if (candidates.length > 0 || isLastLook) return candidates;
      await this.ports.timer.sleep(lookAgainMs, signal);
    }
  }

  private async candidatesFor(
    assignment: Assignment,
    { baseline }: JournalEntry,
    signal: AbortSignal,
  ): Promise<readonly IpAddressWire[]> {
    // A list of now: what was under way may have had its effect since this operation began.
    const fresh = this.claims.candidatesFor(await this.client().list(signal), assignment, baseline);
    if (fresh.length === 0) return fresh;
    const state = await this.readState(assignment);
    if ("failure" in state) throw new CannotTellError(assignment, addressesOf(fresh), state.failure);
    const inState = idsIn(state);
    const candidates = fresh.filter(({ address }) => !inState.has(addressKey(address)));
    // Each create of this kind that was interrupted before its answer may have brought one: they are interchangeable.
    if (candidates.length > this.claims.unanswered(assignment).length) {
      throw new AmbiguousAddressesError(assignment, addressesOf(candidates));
    }
    return candidates;
  }

  private async readState({ token }: Assignment): Promise<StackState | { failure: unknown }> {
    return this.ports.readState(isCreating(token)).catch((failure: unknown) => ({ failure }));
  }
}

interface Found {
  answer: IpAddressWire;
  /** When the create was interrupted. */
  at: string;
}

const addressesOf = (found: readonly IpAddressWire[]) => found.map(({ address }) => address);

function notTakenOver({ address, server, at }: JournalEntry, state: object): string {
  const why =
    "failure" in state
      ? `it is unknown whether the stack has it: ${messageOf(state.failure)}`
      : "the stack's state does not show that its create was interrupted.";
  return `${address} was assigned to server ${server} for this resource before (${at}). Another address is assigned, because ${why} Run \`pulumi-upcloud-ip audit\` to see whether ${address} is lost.`;
}

const lookAgainMs = 2000;
