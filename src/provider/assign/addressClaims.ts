import type { IpAddressWire } from "../../api/wire";
import type { AssignmentJournal } from "../../journal/assignmentJournal";
import type { Assignment, JournalEntry } from "../../journal/journalEntry";
import { addressKey, isGivenByUpCloud, isSameNetwork } from "../../model/addresses";
import type { Timer } from "../runtime/timer";

/**
 * Which addresses belong to a resource, as far as this operation and the journal of the machine know. What is new on a
 * server and belongs to nobody may be the result of an assign whose answer was lost. All addresses are compared by value.
 */
export class AddressClaims {
  /** Addresses that are ids in the state. */
  private readonly owned = new Set<string>();
  /** By address: the token of the create of this operation that has it. */
  private readonly creates = new Map<string, string>();
  /** Addresses that resources of the program adopt and have. */
  private readonly kept = new Set<string>();
  private readonly released = new Set<string>();

  constructor(
    private readonly journal: AssignmentJournal,
    private readonly timer: Timer,
    /** How long an assign may take in another process. */
    private readonly longestMs: () => number,
    /** Shows the user a line, at once. */
    private readonly notify: (line: string) => void,
  ) {}

  /** The address is the id of a resource: a lost answer cannot have been about it. */
  markOwned(address: string): void {
    this.owned.add(addressKey(address));
  }

  isOwned(address: string): boolean {
    const key = addressKey(address);
    return this.owned.has(key) || this.creates.has(key);
  }

  /** A resource of the program adopts the address and has it. Another resource that has it too lets go of it. */
  keep(address: string): void {
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

  /** For a create of this operation. `false`: another create has the address. */
  claimInProcess(address: string, { token }: Assignment): boolean {
    const key = addressKey(address);
    if ((this.creates.get(key) ?? token) !== token) return false;
    this.creates.set(key, token);
    return true;
  }

  /**
   * This operation has released the address, or has seen that it is gone. If it is there again, UpCloud has assigned it
   * anew, and maybe to us: to a create of this operation that has it by now.
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
   * What an assign of this kind may have brought.
   *
   * @param baseline what was on the server before the assign
   */
  candidatesFor(
    listed: readonly IpAddressWire[],
    assignment: Assignment,
    baseline: readonly string[],
  ): IpAddressWire[] {
    const others = this.journal.entries().filter(({ token }) => token !== assignment.token);
    const before = baseline.map(addressKey).filter((address) => !this.released.has(address));
    const taken = new Set([...before, ...others.map(({ address }) => addressKey(address ?? ""))]);
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

  /** Of an address that was only inferred to be this create's: no other create of the machine can claim it then. */
  async claim({ address }: IpAddressWire, assignment: Assignment, former?: string): Promise<boolean> {
    if (this.isOwned(address) || !this.claimInProcess(address, assignment)) return false;
    return this.journal.claim(address, assignment, former);
  }

  /** Assigns of the same kind in other processes: what they bring is theirs, and cannot be told from ours before they end. */
  async waitForConcurrentAssigns(assignment: Kind): Promise<void> {
    const isSending = (entry: JournalEntry) => entry.phase === "intent" && this.isAtWork(entry);
    for (let hasSaid = false; ; hasSaid = true) {
      const sending = this.unanswered(assignment).find(isSending);
      if (sending === undefined) return;
      if (!hasSaid) this.notify(waitingFor(sending));
      await this.timer.sleep(pollMs);
    }
  }

  /** How many creates of the same kind in other processes look for what became of theirs at the same time. */
  concurrentLooks(assignment: Assignment): number {
    return this.unanswered(assignment).filter((entry) => this.isAtWork(entry)).length;
  }

  /** Whether the process that wrote the entry may still be at work on it. */
  isAtWork(entry: JournalEntry): boolean {
    return this.journal.isAtWork(entry, this.longestMs());
  }

  /** Creates of the same kind whose answer nobody has seen, of this process and of those before. */
  unanswered(assignment: Kind): JournalEntry[] {
    return this.journal.entries().filter((entry) => entry.address === undefined && isOfKind(entry, assignment));
  }
}

type Kind = Pick<IpAddressWire, "server" | "family" | "access">;

/** Addresses of one kind are interchangeable until a resource has them. */
export const isOfKind = (one: Kind, { server, family, access }: Kind): boolean =>
  one.server === server && one.family === family && isSameNetwork(one.access, access);

/** @param purpose what else is known of the assign, in words that follow the server */
export const waitingFor = ({ server, at, process: { id, host } }: JournalEntry, purpose = ""): string =>
  `Waiting for process ${id} on host ${host}, which has been assigning an address to server ${server}${purpose} since ${at}.`;

export const pollMs = 250;
