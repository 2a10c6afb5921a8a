import type { IpAddressWire } from "../api/wire";
import type { PendingOperation, StackState } from "../state/stackState";
import type { JournalHint } from "./journalHints";
import type { Reason } from "./reasons";

/** A create of an address that was started, and whose success is not recorded. */
export interface Hint {
  urn: string;
  /** `undefined`, like family and access, if it is encrypted in the state. */
  server: string | undefined;
  family: string | undefined;
  access: string | undefined;
  ptrRecord?: string | undefined;
  address?: string | undefined;
  /** The reason to suspect a matching address. */
  reason: Reason;
  /** When the assign was sent, if the journal tells. */
  at?: string;
}

/**
 * The creates among the states' pending operations and in this machine's journal; one that is in both counts once. The most
 * specific ones come first.
 */
export function hintsIn(states: readonly StackState[], journal: readonly JournalHint[]): Hint[] {
  const pending = states.flatMap(({ pendingOperations }) => pendingOperations).filter(isAssign);
  const open = new Set(pending);
  const isOfTheStacks = ({ urn }: JournalHint) =>
    states.some(({ urnPrefix }) => urnPrefix === undefined || urn.startsWith(urnPrefix));
  const journaled = journal.flatMap((entry) => {
    const twin = pending.find(({ urn, inputs }) => inputs.__creation === entry.token || urn === entry.urn);
    // Reported to Pulumi for a stack that is not given here: that stack's state has it.
    if (twin === undefined && entry.phase === "reported" && !isOfTheStacks(entry)) return [];
    if (twin !== undefined) open.delete(twin);
    return [{ ...(twin && fromState(twin)), ...fromJournal(entry) }];
  });
  const hints: Hint[] = [...journaled, ...[...open].map(fromState)];
  return hints.sort((a, b) => unknowns(a) - unknowns(b));
}

/** Whether the create assigns: an adoption buys nothing. */
const isAssign = ({ type, resourceType, inputs }: PendingOperation) =>
  type === "creating" && resourceType === "ServerIpAddress" && inputs.adopt === undefined;

function fromState({ urn, inputs: { server, family, access, ptrRecord } }: PendingOperation): Hint {
  return { urn, server, family, access, ptrRecord, reason: "state-match" };
}

function fromJournal({ urn, server, family, access, address, at }: JournalHint): Hint {
  return {
    urn,
    server,
    family,
    access,
    address,
    at,
    reason: address === undefined ? "journal-match" : "journal-result",
  };
}

/** Whether the create may have returned this address, judging by server, family and access. */
export function isMeantFor({ server, family, access, address }: Hint, one: IpAddressWire): boolean {
  return (
    address === undefined &&
    (server === undefined || server === one.server) &&
    (family === undefined || family === one.family) &&
    (access === undefined || (access === "public") === (one.access === "public"))
  );
}

const unknowns = ({ server, family, access }: Hint) =>
  [server, family, access].filter((one) => one === undefined).length;
