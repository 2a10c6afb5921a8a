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
import type { StateCache } from "../stack/stateCache";
import { type AddressClaims, isOfKind, pollMs, waitingMessage } from "./addressClaims";
import { type Assignments, maxEffectDelayMs } from "./assignments";
import { AmbiguousAddressesError, AnotherOperationError, CannotTellError } from "./errors";

interface RecoveryPorts {
  stackState: Pick<StateCache, "cached">;
  /** Whether the entry's operation still runs, and will complete or remove the entry. */
  isUnderWay(entry: JournalEntry): Promise<boolean>;
  stackAddresses: Pick<StackAddresses, "ignoreGone">;
  /** Shows the user a line immediately. */
  notify(line: string): void;
  timer: Timer;
}

/**
 * Takes over an address that an earlier operation assigned and could not save. Such an address belongs to no resource, so any
 * create of the same kind may have it. The evidence that it takes is in the table of decisions/0005-nothing-bought-twice.md.
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
    const own = this.journal.ownEntry(assignment);
    if (own?.address !== undefined) return this.resumeOwn(assignment, own.address, signal);
    // It is in doubt: `Assignments` searches for its result.
    if (own !== undefined) return undefined;
    await this.waitForOrphan(assignment, signal);
    const stale = this.staleEntriesFor(assignment);
    const withAddress = stale.filter(({ entry }) => entry.address !== undefined);
    const recovered =
      (await this.takeOverKnown(assignment, withAddress, signal)) ??
      (await this.takeOverUnanswered(assignment, signal));
    if (recovered === undefined) return undefined;
    const { found, at } = recovered;
    this.ports.notify(
      `${found.address}: taken over from an interrupted operation (${at}), instead of assigning another address.`,
    );
    return found;
  }

  /** Continues a create that an error hook repeats, and that has its address already. */
  private async resumeOwn(
    assignment: Assignment,
    address: string,
    signal: AbortSignal,
  ): Promise<IpAddressWire | undefined> {
    const found = await this.find(address, assignment, signal);
    if (found === undefined) this.journal.drop(assignment);
    return found;
  }

  /** Entries of the same kind that no process is at work on; those of the same resource first. */
  private staleEntriesFor(assignment: Assignment): Leftover[] {
    const isSameResource = ({ entry }: Leftover) => entry.urn === assignment.urn;
    const stale = this.journal.leftovers().filter((leftover) => {
      const { entry } = leftover;
      if (entry.adopted || !isOfKind(entry, assignment) || this.journal.isOfThisOperation(entry)) return false;
      const latest = this.latestEntry(leftover);
      return latest !== undefined && (latest.phase === "reported" || !this.claims.isAtWork(latest));
    });
    return [...stale.filter(isSameResource), ...stale.filter((one) => !isSameResource(one))];
  }

  /** A provider process outlives its killed engine, and may still run the same create. */
  private async waitForOrphan(assignment: Assignment, signal: AbortSignal): Promise<void> {
    for (const leftover of await this.findOrphans(assignment)) {
      for (let hasNotified = false; ; hasNotified = true) {
        const latest = this.journal.current(leftover);
        if (latest === undefined || latest.phase === "reported" || !this.claims.isAtWork(latest)) break;
        if (signal.aborted) throw new AnotherOperationError(assignment);
        if (!hasNotified) this.ports.notify(waitingMessage(latest, " for the same resource"));
        await this.ports.timer.sleep(pollMs, signal);
      }
    }
  }

  /** By URN, and by token where the stack's state shows it: the stack or the resource may have been renamed. */
  private async findOrphans(assignment: Assignment): Promise<Leftover[]> {
    const running = this.journal.leftovers().filter(({ entry }) => {
      if (entry.phase === "reported" || entry.adopted || this.journal.isOfThisOperation(entry)) return false;
      return (entry.urn === assignment.urn || isOfKind(entry, assignment)) && this.claims.isAtWork(entry);
    });
    if (running.every(({ entry }) => entry.urn === assignment.urn)) return running;
    const state = await this.readState(assignment);
    const pendingTokens = "failure" in state ? new Set() : pendingTokensIn(state);
    return running.filter(({ entry }) => entry.urn === assignment.urn || pendingTokens.has(entry.token));
  }

  private async takeOverKnown(
    assignment: Assignment,
    stale: readonly Leftover[],
    signal: AbortSignal,
  ): Promise<Recovered | undefined> {
    for (const leftover of stale) {
      const state = await this.readState(assignment);
      const entry = await this.latestIfAbandoned(leftover);
      if (entry?.address === undefined) continue;
      const { address } = entry;
      const isInState = !("failure" in state) && idsIn(state).has(addressKey(address));
      if (isInState || this.claims.isOwned(address)) continue;
      const wasReported = entry.phase === "reported";
      if (wasReported && ("failure" in state || !pendingTokensIn(state).has(entry.token))) {
        // Pulumi has saved the address, or may have.
        if (entry.urn === assignment.urn) await this.declineTakeover(leftover, assignment, state, signal);
        continue;
      }
      const found = await this.find(address, assignment, signal);
      if (found === undefined) this.journal.discard(leftover);
      else if (!this.claims.claimInProcess(address, assignment)) continue;
      else if (await this.journal.takeOver(leftover, assignment, found.address)) return { found, at: entry.at };
    }
    return undefined;
  }

  /** The entry as its process left it; `undefined` if that operation still runs, or if the entry has been removed. */
  private async latestIfAbandoned(leftover: Leftover): Promise<JournalEntry | undefined> {
    return (await this.ports.isUnderWay(leftover.entry)) ? undefined : this.latestEntry(leftover);
  }

  /** Reads the entry again, unless `reported`, which is final: its process may have continued. */
  private latestEntry(leftover: Leftover): JournalEntry | undefined {
    return leftover.entry.phase === "reported" ? leftover.entry : this.journal.current(leftover);
  }

  /**
   * The evidence is not sufficient, so another address is assigned. Notifies the user if this one still exists. Its entry
   * stays: it may belong to a stack that was renamed, or to one of the same name in another backend.
   */
  private async declineTakeover(
    leftover: Leftover,
    assignment: Assignment,
    state: object,
    signal: AbortSignal,
  ): Promise<void> {
    const { address = "" } = leftover.entry;
    if (await this.find(address, assignment, signal)) this.ports.notify(declinedNotice(leftover.entry, state));
    else this.journal.discard(leftover);
  }

  private async find(address: string, assignment: Assignment, signal: AbortSignal): Promise<IpAddressWire | undefined> {
    const found = await this.client()
      .get(address, signal)
      .catch(this.ports.stackAddresses.ignoreGone(address, assignment, signal));
    return found !== undefined && isOfKind(found, assignment) ? found : undefined;
  }

  /** Takes over a new address of the server, for a create that was interrupted before UpCloud answered. */
  private async takeOverUnanswered(assignment: Assignment, signal: AbortSignal): Promise<Recovered | undefined> {
    const staleWithoutAddress = () =>
      this.staleEntriesFor(assignment).filter(({ entry }) => entry.address === undefined);
    if (staleWithoutAddress().length === 0) return undefined;
    return this.assignments.lockOf(assignment.server).exclusive(async () => {
      await this.claims.waitForConcurrentAssigns(assignment);
      for (const leftover of staleWithoutAddress()) {
        const entry = await this.latestIfAbandoned(leftover);
        if (entry === undefined || entry.address !== undefined) continue;
        const candidates = await this.pollForCandidates(assignment, leftover, signal);
        let ownsEntry = false;
        for (const candidate of candidates) {
          if (this.claims.isOwned(candidate.address)) continue;
          // An interrupted create may have claimed the address: then its entry has to be taken over, with the claim.
          const claimant = this.journal.claimantOf(candidate.address);
          const source = staleWithoutAddress().find(({ entry }) => entry.token === claimant) ?? leftover;
          ownsEntry = (await this.journal.takeOver(source, assignment)) || ownsEntry;
          if (!ownsEntry || !(await this.claims.claim(candidate, assignment, source.entry.token))) continue;
          await this.journal.recordAssigned(assignment, candidate.address);
          return { found: candidate, at: source.entry.at };
        }
        if (candidates.length === 0 && !signal.aborted) this.journal.discard(leftover);
      }
      return undefined;
    });
  }

  /** Polls until a request that was in flight when its process ended must have had its effect. */
  private async pollForCandidates(
    assignment: Assignment,
    { entry }: Leftover,
    signal: AbortSignal,
  ): Promise<readonly IpAddressWire[]> {
    const remainingMs = Math.min(Date.parse(entry.at) + maxEffectDelayMs - Date.now(), maxEffectDelayMs);
    const since = this.ports.timer.now();
    for (;;) {
      const isLastPoll = this.ports.timer.now() - since >= remainingMs || signal.aborted;
      const candidates = await this.candidatesFor(assignment, entry, signal);
      if (candidates.length > 0 || isLastPoll) return candidates;
      await this.ports.timer.sleep(listIntervalMs, signal);
    }
  }

  private async candidatesFor(
    assignment: Assignment,
    { baseline }: JournalEntry,
    signal: AbortSignal,
  ): Promise<readonly IpAddressWire[]> {
    // Not the cached list: the request may have had its effect since.
    const newAddresses = this.claims.candidatesFor(await this.client().list(signal), assignment, baseline);
    if (newAddresses.length === 0) return newAddresses;
    const state = await this.readState(assignment);
    if ("failure" in state) throw new CannotTellError(assignment, addressesOf(newAddresses), state.failure);
    const inState = idsIn(state);
    const candidates = newAddresses.filter(({ address }) => !inState.has(addressKey(address)));
    // Each create without an response may have been assigned one of them. They are interchangeable.
    if (candidates.length > this.claims.entriesWithoutAddress(assignment).length) {
      throw new AmbiguousAddressesError(assignment, addressesOf(candidates));
    }
    return candidates;
  }

  private async readState({ token }: Assignment): Promise<StackState | { failure: unknown }> {
    return this.ports.stackState.cached(isCreating(token)).catch((failure: unknown) => ({ failure }));
  }
}

interface Recovered {
  found: IpAddressWire;
  /** When the interrupted create last wrote its entry. */
  at: string;
}

const addressesOf = (found: readonly IpAddressWire[]) => found.map(({ address }) => address);

function declinedNotice({ address, server, at }: JournalEntry, state: object): string {
  const why =
    "failure" in state
      ? `it is unknown whether the stack has the first one: ${messageOf(state.failure)}`
      : "the stack's state does not show that its create was interrupted.";
  return `${address} was assigned to server ${server} for this resource at ${at}. Another address is assigned, because ${why} Run \`pulumi-upcloud-ip audit\` to see whether ${address} is lost.`;
}

const listIntervalMs = 2000;
