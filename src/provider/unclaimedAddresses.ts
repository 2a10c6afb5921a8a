import type { IpAddressWire } from "../api/wire";
import { addressKey, canonicalAddress, isGivenByUpCloud, isSameNetwork } from "./addresses";
import type { Assignment, AssignmentJournal, JournalEntry } from "./assignmentJournal";
import type { Pace } from "./pace";

/**
 * Addresses that an assign whose answer nobody has seen may have brought: what is new on its server, and is no resource's
 * as far as this operation and the journal of the machine know.
 */
export class UnclaimedAddresses {
  /** Canonical spellings. */
  private readonly accounted = new Set<string>();
  private readonly given = new Set<string>();
  private readonly released = new Set<string | undefined>();

  constructor(
    private readonly journal: AssignmentJournal,
    private readonly pace: Pace,
    /** How long an assign may take in another process. */
    private readonly longestMs: () => number,
  ) {}

  /** The address is a resource's: no lost answer can have been about it. */
  accountFor(address: string): void {
    this.accounted.add(addressKey(address));
  }

  isAccountedFor(address: string): boolean {
    return this.accounted.has(addressKey(address));
  }

  /** Released by this operation: should it be there again, UpCloud has assigned it anew, and maybe to us. */
  release(address: string): void {
    const key = addressKey(address);
    this.accounted.delete(key);
    this.given.delete(key);
    this.released.add(key);
  }

  isReleased(address: string): boolean {
    return this.released.has(addressKey(address));
  }

  /** To a create of this operation; `false` where another one has got it. */
  give(address: string): boolean {
    const key = addressKey(address);
    if (this.given.has(key)) return false;
    this.given.add(key);
    this.accountFor(address);
    return true;
  }

  /** @param known what was on the server before the assign */
  async among(
    listed: readonly IpAddressWire[],
    assignment: Assignment,
    known: readonly string[],
  ): Promise<IpAddressWire[]> {
    const others = this.journal.entries().filter(({ urn }) => urn !== assignment.urn);
    const before = known.map(canonicalAddress).filter((address) => !this.released.has(address));
    const taken = new Set([...before, ...others.map(({ address }) => canonicalAddress(address ?? ""))]);
    return listed.filter(
      (one) =>
        isOfKind(one, assignment) &&
        one.part_of_plan !== "yes" &&
        one.floating !== "yes" &&
        isGivenByUpCloud(one.ptr_record) &&
        !taken.has(canonicalAddress(one.address)) &&
        !this.isAccountedFor(one.address),
    );
  }

  /** Gives an address to one create, which no other of the machine can have then. */
  async take({ address }: IpAddressWire, assignment: Assignment): Promise<boolean> {
    if (this.isAccountedFor(address) || !this.give(address)) return false;
    if (!(await this.journal.claim(address, assignment))) return false;
    await this.journal.assigned(assignment, address);
    return true;
  }

  /** Assigns of the same kind in other processes: what they bring is theirs, and not yet to be told from ours. */
  async othersHaveEnded(assignment: Assignment): Promise<void> {
    const isSending = (entry: JournalEntry) => entry.phase === "sending" && this.isAtWork(entry);
    while ((await this.unanswered(assignment)).some(isSending)) await this.pace.sleep(pollMs);
  }

  /** How many creates of the same kind in other processes look for what became of theirs at the same time. */
  othersLooking(assignment: Assignment): number {
    return this.unanswered(assignment).filter((entry) => this.isAtWork(entry)).length;
  }

  isAtWork(entry: JournalEntry): boolean {
    return this.journal.isAtWork(entry, this.longestMs());
  }

  /** Creates of the same kind without a known answer, in this process and in those before. */
  unanswered(assignment: Assignment): JournalEntry[] {
    return this.journal.entries().filter((entry) => entry.address === undefined && isOfKind(entry, assignment));
  }
}

type Kind = Pick<IpAddressWire, "server" | "family" | "access">;

export const isOfKind = (one: Kind, { server, family, access }: Assignment): boolean =>
  one.server === server && one.family === family && isSameNetwork(one.access, access);

export const pollMs = 250;
