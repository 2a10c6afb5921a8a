import type { UpCloudClient } from "../api/client";
import { unlessGone } from "../api/errors";
import type { IpAddressWire } from "../api/wire";
import type { StateAddress } from "../state/stackState";
import { canonicalAddress } from "./addresses";
import { AmbiguousAddressesError, AnotherOperationError, CannotTellError } from "./assignmentFailures";
import type { Assignment, AssignmentJournal, JournalEntry } from "./assignmentJournal";
import type { Assignments } from "./assignments";
import type { Pace } from "./pace";
import { isOfKind, pollMs, type UnclaimedAddresses } from "./unclaimedAddresses";

interface Surroundings {
  /** The stack's own resources, or `undefined` where its state cannot be read. */
  inState(): Promise<readonly StateAddress[] | undefined>;
  say(line: string): void;
  pace: Pace;
}

/**
 * Finds the address that an operation before this one has assigned for the same create and could not save. What stands in
 * the stack's state is never taken over, whatever the resource is called there by now.
 */
export class InterruptedCreates {
  constructor(
    private readonly client: () => UpCloudClient["ipAddresses"],
    private readonly journal: AssignmentJournal,
    private readonly assignments: Assignments,
    private readonly unclaimed: UnclaimedAddresses,
    private readonly surroundings: Surroundings,
  ) {}

  async resume(assignment: Assignment, signal: AbortSignal): Promise<IpAddressWire | undefined> {
    const left = await this.leftOver(assignment, signal);
    if (left === undefined) return undefined;
    const found =
      left.address === undefined
        ? await this.assignments.turnsOf(assignment).look(() => this.findSent(assignment, left, signal))
        : await this.findAssigned(assignment, left.address, left.phase, signal);
    if (found === undefined) {
      this.journal.drop(assignment);
      return undefined;
    }
    this.surroundings.say(
      `${found.address}: taken over from an operation that was interrupted (${left.at}), instead of assigning another address.`,
    );
    return found;
  }

  /** A process lives on when its engine is killed, and may be in the middle of the same create. */
  private async leftOver(assignment: Assignment, signal: AbortSignal): Promise<JournalEntry | undefined> {
    for (;;) {
      const entry = this.journal.find(assignment);
      if (entry === undefined || entry.phase === "returned") return entry;
      if (!this.unclaimed.isAtWork(entry)) return entry;
      if (signal.aborted) throw new AnotherOperationError(assignment);
      await this.surroundings.pace.sleep(pollMs, signal);
    }
  }

  private async findAssigned(
    assignment: Assignment,
    address: string,
    phase: JournalEntry["phase"],
    signal: AbortSignal,
  ): Promise<IpAddressWire | undefined> {
    const inState = await this.readState();
    if (inState?.has(canonicalAddress(address)) || this.unclaimed.isAccountedFor(address)) return undefined;
    const answer = await this.client().get(address, signal).catch(unlessGone);
    if (answer === undefined || !isOfKind(answer, assignment)) return undefined;
    // Only what Pulumi was told can stand in the state.
    if (inState === undefined && phase === "returned") throw new CannotTellError(assignment, [address]);
    return (await this.unclaimed.take(answer, assignment)) ? answer : undefined;
  }

  private async findSent(
    assignment: Assignment,
    { known }: JournalEntry,
    signal: AbortSignal,
  ): Promise<IpAddressWire | undefined> {
    await this.unclaimed.othersHaveEnded(assignment);
    // A list of now: what was under way may have had its effect since this operation began.
    const fresh = await this.unclaimed.among(await this.client().list(signal), assignment, known);
    if (fresh.length === 0) return undefined;
    const inState = await this.readState();
    const candidates = fresh.filter(({ address }) => !inState?.has(canonicalAddress(address)));
    const addresses = candidates.map(({ address }) => address);
    if (inState === undefined) throw new CannotTellError(assignment, addresses);
    // Each create of this kind that was interrupted before its answer may have brought one: they are interchangeable.
    if (candidates.length > this.unclaimed.unanswered(assignment).length) {
      throw new AmbiguousAddressesError(assignment, addresses);
    }
    for (const candidate of candidates) if (await this.unclaimed.take(candidate, assignment)) return candidate;
    return undefined;
  }

  /** What this operation saves itself is accounted for. */
  private async readState(): Promise<ReadonlySet<string | undefined> | undefined> {
    const resources = await this.surroundings.inState();
    const own = resources?.filter(({ type, external }) => type === "ServerIpAddress" && !external);
    return own && new Set(own.map(({ id }) => canonicalAddress(id)));
  }
}
