import type { IpAddressWire } from "../api/wire";
import type { PendingOperation, StackState } from "../state/stackState";
import { resourceNameIn, stackNameIn } from "../state/urns";
import type { JournalHint } from "./journalHints";

/** A create of an address that has begun, and of which nothing says that it ended well. */
export interface Hint {
  urn: string;
  /** Unknown, like family and access, where the state has it encrypted. */
  server: string | undefined;
  family: string | undefined;
  access: string | undefined;
  ptrRecord?: string | undefined;
  address?: string | undefined;
  /** How it is known, as a reason to suspect an address that fits. */
  why: string;
}

/**
 * Pending operations of the states, and what this machine's journal knows. A create that both know is one. What tells
 * most comes first.
 */
export function hintsIn(states: readonly StackState[], journal: readonly JournalHint[]): Hint[] {
  const pending = states.flatMap(({ pendingOperations }) => pendingOperations).filter(isAssign);
  const open = new Set(pending);
  const isOfTheStacks = ({ urn }: JournalHint) =>
    states.some(({ urnPrefix }) => urnPrefix === undefined || urn.startsWith(urnPrefix));
  const journaled = journal.flatMap((entry) => {
    const twin = pending.find(({ urn, inputs }) => inputs.__creation === entry.token || urn === entry.urn);
    // Pulumi was told of it for a stack that is not given here, which has it unless it says otherwise.
    if (twin === undefined && entry.phase === "reported" && !isOfTheStacks(entry)) return [];
    if (twin !== undefined) open.delete(twin);
    return [{ ...(twin && fromState(twin)), ...fromJournal(entry) }];
  });
  const hints: Hint[] = [...journaled, ...[...open].map(fromState)];
  return hints.sort((a, b) => unknowns(a) - unknowns(b));
}

/** An adoption buys nothing. */
const isAssign = ({ type, resourceType, inputs }: PendingOperation) =>
  type === "creating" && resourceType === "ServerIpAddress" && inputs.adopt === undefined;

function fromState({ urn, inputs: { server, family, access, ptrRecord } }: PendingOperation): Hint {
  const why = `matches an interrupted create of "${resourceNameIn(urn)}" in the state of stack "${stackNameIn(urn)}"`;
  return { urn, server, family, access, ptrRecord, why };
}

function fromJournal({ urn, server, family, access, address, at }: JournalHint): Hint {
  const assign = `an assign for "${resourceNameIn(urn)}" of stack "${stackNameIn(urn)}" at ${at} in this machine's journal`;
  const why = address === undefined ? `matches ${assign}, whose response is missing` : `the result of ${assign}`;
  return { urn, server, family, access, address, why };
}

/** Whether the create may have brought this address, as far as server, family and access tell. */
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
