import type { IpAddressWire } from "../../api/wire";
import type { AssignmentJournal } from "../../journal/assignmentJournal";
import type { Assignment, JournalEntry } from "../../journal/journalEntry";
import { addressKey, isGivenByUpCloud, isSameNetwork } from "../../model/addresses";
import type { Timer } from "../runtime/timer";

/**
 * Which addresses belong to a resource, according to this operation and the machine's journal. A new address of a server that
 * belongs to no resource may be the result of an assign whose response was lost. Addresses are compared by value.
 */
export class AddressClaims {
  /** Addresses that are ids in the stack's state. */
  private readonly owned = new Set<string>();
  /** By address: the token of this operation's create that has it. */
  private readonly creates = new Map<string, string>();
  /** Addresses that a resource with `adopt` has and keeps. */
  private readonly kept = new Set<string>();
  private readonly released = new Set<string>();

  constructor(
    private readonly journal: AssignmentJournal,
    private readonly timer: Timer,
    /** How long an assign may take in another process. */
    private readonly maxAssignMs: () => number,
    /** Shows the user a line immediately. */
    private readonly notify: (line: string) => void,
  ) {}

  /** The address is the id of a resource, so it is no candidate for a lost response. */
  markOwned(address: string): void {
    this.owned.add(addressKey(address));
  }

  isOwned(address: string): boolean {
    const key = addressKey(address);
    return this.owned.has(key) || this.creates.has(key);
  }

  /** A resource with `adopt` has the address and keeps it: no other resource may release it. */
  markKept(address: string): void {
    this.kept.add(addressKey(address));
    this.markOwned(address);
  }

  isKept(address: string): boolean {
    const key = addressKey(address);
    return this.kept.has(key) || this.creates.has(key);
  }

  /** Whether a create of this operation has the address. */
  isCreated(address: string): boolean {
    return this.creates.has(addressKey(address));
  }

  /** Claims the address for a create of this operation. `false`: another create of the operation has it. */
  claimInProcess(address: string, { token }: Assignment): boolean {
    const key = addressKey(address);
    if ((this.creates.get(key) ?? token) !== token) return false;
    this.creates.set(key, token);
    return true;
  }

  /**
   * This operation has released the address, or has seen that it is gone. If it appears again, UpCloud has assigned it
   * again, perhaps to a create of this operation.
   */
  markReleased(address: string): void {
    const key = addressKey(address);
    this.owned.delete(key);
    this.released.add(key);
  }

  isReleased(address: string): boolean {
    return this.released.has(addressKey(address));
  }

  /**
   * The listed addresses that may be the result of the assign.
   *
   * @param baseline the addresses of the server before the assign
   */
  candidatesFor(
    listed: readonly IpAddressWire[],
    assignment: Assignment,
    baseline: readonly string[],
  ): IpAddressWire[] {
    const otherEntries = this.journal.entries().filter(({ token }) => token !== assignment.token);
    const baselineKeys = baseline.map(addressKey).filter((address) => !this.released.has(address));
    const taken = new Set([...baselineKeys, ...otherEntries.map(({ address }) => addressKey(address ?? ""))]);
    return listed.filter(
      (one) =>
        isOfKind(one, assignment) &&
        one.part_of_plan !== "yes" &&
        one.floating !== "yes" &&
        isGivenByUpCloud(one.ptr_record) &&
        !taken.has(addressKey(one.address)) &&
        !this.isOwned(one.address),
    );
  }

  /** Claims an address that is only inferred to be this create's, against all creates of the machine. */
  async claim({ address }: IpAddressWire, assignment: Assignment, formerToken?: string): Promise<boolean> {
    if (this.isOwned(address) || !this.claimInProcess(address, assignment)) return false;
    return this.journal.claim(address, assignment, formerToken);
  }

  /** Waits for assigns of the same kind in other processes: until they end, their results cannot be told from ours. */
  async waitForConcurrentAssigns(assignment: Kind): Promise<void> {
    const isSending = (entry: JournalEntry) => entry.phase === "intent" && this.isAtWork(entry);
    for (let hasNotified = false; ; hasNotified = true) {
      const concurrent = this.entriesWithoutAddress(assignment).find(isSending);
      if (concurrent === undefined) return;
      if (!hasNotified) this.notify(waitingMessage(concurrent));
      await this.timer.sleep(pollMs);
    }
  }

  /** How many creates of the same kind in other processes may be looking for their address too. */
  concurrentSearches(assignment: Assignment): number {
    return this.entriesWithoutAddress(assignment).filter((entry) => this.isAtWork(entry)).length;
  }

  /** Whether the process that wrote the entry may still be at work on it. */
  isAtWork(entry: JournalEntry): boolean {
    return this.journal.isAtWork(entry, this.maxAssignMs());
  }

  /** Creates of the same kind whose address is unknown, of all processes. */
  entriesWithoutAddress(assignment: Kind): JournalEntry[] {
    return this.journal.entries().filter((entry) => entry.address === undefined && isOfKind(entry, assignment));
  }
}

type Kind = Pick<IpAddressWire, "server" | "family" | "access">;

/** Addresses of one kind are interchangeable until a resource has them. */
export const isOfKind = (one: Kind, { server, family, access }: Kind): boolean =>
  one.server === server && one.family === family && isSameNetwork(one.access, access);

/** @param purpose follows the server in the sentence */
export const waitingMessage = ({ server, at, process: { id, host } }: JournalEntry, purpose = ""): string =>
  `Waiting for process ${id} on host ${host}, which has been assigning an address to server ${server}${purpose} since ${at}.`;

export const pollMs = 250;
