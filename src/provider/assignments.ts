import type { UpCloudClient } from "../api/client";
import { isWithoutEffect } from "../api/errors";
import type { IpAddressWire } from "../api/wire";
import type { AccountSnapshot } from "./accountSnapshot";
import { canonicalAddress, isGivenByUpCloud, isSameNetwork } from "./addresses";
import {
  AmbiguousAddressesError,
  AnotherOperationError,
  EngineGoneError,
  NothingAssignedError,
  UnclearError,
} from "./assignmentFailures";
import type { Assignment, AssignmentJournal } from "./assignmentJournal";
import { isEngineAlive } from "./engine";
import type { Pace } from "./pace";

/**
 * Assigns addresses, and never buys one twice: UpCloud's assign has no idempotency key, so a request whose answer is lost
 * is only sent again when the account's list shows that it had no effect.
 *
 * Nothing waits and nothing is listed on the fast path, but for the account as it was before the first assign. After a
 * lost answer the server's other assigns end first; of what is new there then, each lost one takes an address that
 * nobody else accounts for. See decisions/0005-nothing-bought-twice.md.
 */
export class Assignments {
  private readonly servers = new Map<string, OnServer>();
  /** Canonical spellings. */
  private readonly accounted = new Set<string>();

  constructor(
    private readonly client: () => UpCloudClient["ipAddresses"],
    private readonly snapshot: AccountSnapshot,
    private readonly journal: AssignmentJournal,
    private readonly pace: Pace,
  ) {}

  /** The address is a resource's: no lost answer can have been about it. */
  accountFor(address: string): void {
    this.accounted.add(canonicalAddress(address) ?? address);
  }

  isAccountedFor(address: string): boolean {
    return this.accounted.has(canonicalAddress(address) ?? address);
  }

  async assign(assignment: Assignment, signal: AbortSignal): Promise<IpAddressWire> {
    const before = await this.snapshot.addresses();
    const known = before.filter(({ server }) => server === assignment.server).map(({ address }) => address);
    const on = this.servers.get(assignment.server) ?? new OnServer();
    this.servers.set(assignment.server, on);
    for (let sends = 1; ; sends++) {
      await on.cleared();
      if (!(await isEngineAlive())) throw new EngineGoneError(assignment);
      if (!(await this.journal.begin(assignment, known))) throw new AnotherOperationError(assignment);
      try {
        const answer = await on.underWay(() => this.send(assignment, signal));
        await this.journal.assigned(assignment, answer.address);
        return answer;
      } catch (error) {
        if (isWithoutEffect(error)) {
          await this.journal.drop(assignment);
          throw error;
        }
        const found = await this.afterLostAnswer(on, { assignment, known, error });
        if (found !== undefined) return found;
        if (sends === mostSends || signal.aborted) throw new NothingAssignedError(assignment, sends, error);
      }
    }
  }

  /** What of a list may have come of an assign of this kind whose answer nobody has seen. */
  async unaccounted(
    listed: readonly IpAddressWire[],
    assignment: Assignment,
    known: readonly string[],
  ): Promise<IpAddressWire[]> {
    const others = (await this.journal.entries()).filter(({ urn }) => urn !== assignment.urn);
    const taken = new Set([...known, ...others.flatMap(({ address }) => address ?? [])].map(canonicalAddress));
    return listed.filter(
      (one) =>
        one.server === assignment.server &&
        one.family === assignment.family &&
        isSameNetwork(one.access, assignment.access) &&
        one.part_of_plan !== "yes" &&
        one.floating !== "yes" &&
        isGivenByUpCloud(one.ptr_record) &&
        !taken.has(canonicalAddress(one.address)) &&
        !this.isAccountedFor(one.address),
    );
  }

  /** Gives an address that was inferred to one create, which no other can have then. */
  async take(address: IpAddressWire, assignment: Assignment): Promise<boolean> {
    if (this.isAccountedFor(address.address)) return false;
    this.accountFor(address.address);
    if (!(await this.journal.claim(address.address, assignment))) return false;
    await this.journal.assigned(assignment, address.address);
    return true;
  }

  private async send(assignment: Assignment, signal: AbortSignal): Promise<IpAddressWire> {
    const answer = await this.client().assign(assignment, signal);
    this.accountFor(answer.address);
    return answer;
  }

  private async afterLostAnswer(on: OnServer, lost: LostAnswer): Promise<IpAddressWire | undefined> {
    try {
      await on.clear(lost, (all) => this.lookFor(all));
    } catch (error) {
      throw error instanceof AmbiguousAddressesError ? error : new UnclearError(lost.assignment, lost.error, error);
    }
    return lost.found;
  }

  /** UpCloud may take a moment to list what it has assigned, and to assign what it was asked for. */
  private async lookFor(lost: readonly LostAnswer[]): Promise<void> {
    for (const [index, waitMs] of looksAfterMs.entries()) {
      await this.pace.sleep(waitMs);
      const listed = await this.client().list(AbortSignal.timeout(lookMs));
      const isLastLook = index === looksAfterMs.length - 1;
      for (const alike of groupsOf(lost.filter(({ found }) => found === undefined))) {
        await this.distribute(listed, alike, isLastLook);
      }
      if (lost.every(({ found }) => found !== undefined)) return;
    }
  }

  private async distribute(
    listed: readonly IpAddressWire[],
    lost: readonly LostAnswer[],
    isLastLook: boolean,
  ): Promise<void> {
    const [{ assignment, known }] = lost as [LostAnswer];
    const candidates = await this.unaccounted(listed, assignment, known);
    if (candidates.length > lost.length) {
      throw new AmbiguousAddressesError(
        assignment,
        candidates.map(({ address }) => address),
      );
    }
    if (candidates.length < lost.length && !isLastLook) return;
    for (const one of lost) {
      const candidate = candidates.shift();
      if (candidate !== undefined && (await this.take(candidate, one.assignment))) one.found = candidate;
    }
  }
}

interface LostAnswer {
  assignment: Assignment;
  /** What was on the server before the first assign. */
  known: readonly string[];
  error: unknown;
  found?: IpAddressWire;
}

/** The assigns of one server: none is sent while it is being found out what became of another. */
class OnServer {
  private readonly sent = new Set<Promise<unknown>>();
  private lost: LostAnswer[] = [];
  private clearing: Promise<void> | undefined;

  async cleared(): Promise<void> {
    while (this.clearing !== undefined) await this.clearing.catch(() => undefined);
  }

  async underWay<T>(send: () => Promise<T>): Promise<T> {
    const sent = send();
    this.sent.add(sent);
    try {
      return await sent;
    } finally {
      this.sent.delete(sent);
    }
  }

  clear(lost: LostAnswer, lookFor: (all: readonly LostAnswer[]) => Promise<void>): Promise<void> {
    this.lost.push(lost);
    this.clearing ??= this.whenOthersHaveEnded()
      .then(() => lookFor(this.lost.splice(0)))
      .finally(() => {
        this.clearing = undefined;
      });
    return this.clearing;
  }

  private async whenOthersHaveEnded(): Promise<void> {
    while (this.sent.size > 0) {
      await Promise.allSettled(this.sent);
      // What has ended badly joins the lost ones first.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function groupsOf(lost: readonly LostAnswer[]): LostAnswer[][] {
  const groups = new Map<string, LostAnswer[]>();
  for (const one of lost) {
    const { family, access } = one.assignment;
    const kind = `${family} ${access === "public"}`;
    groups.set(kind, [...(groups.get(kind) ?? []), one]);
  }
  return [...groups.values()];
}

const mostSends = 3;
const lookMs = 60_000;
/** A lost request that was on its way has had its effect, if any, when the last look comes. */
const looksAfterMs = [0, 1000, 2000, 4000];
