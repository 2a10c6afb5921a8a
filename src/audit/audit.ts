import type { IpAddressWire } from "../api/wire";
import { addressKey, defaultPtrRecordIn, isSamePtrRecord } from "../model/addresses";
import type { StackState } from "../state/stackState";
import { resourceNameIn, stackNameIn } from "../state/urns";
import { type Hint, hintsIn, isMeantFor } from "./hints";
import type { JournalHint } from "./journalHints";
import type { Reason } from "./reasons";

/** An address of the account that none of the given stacks manages. */
export interface Finding {
  address: string;
  family: IpAddressWire["family"];
  access: IpAddressWire["access"];
  /** Absent on a floating address that is not attached. */
  server?: string;
  ptrRecord: string;
  reason: Reason;
  /** The stack that has probably assigned the address, or the one of `resource`. */
  stack?: string;
  /** The resource that a suspect was meant for, or that uses the address otherwise; `has` is the address that it has now. */
  resource?: { urn: string; name: string; has?: string };
}

/** An address that looks like the result of an interrupted create, judging by a state, the journal or its server. */
export interface Suspect extends Finding {
  stack: string;
  /** When the assign was sent, in ISO 8601, if the journal tells. */
  at?: string;
  /** An IPv6 address that may also be the one that its server was created with: it looks the same. */
  mayBeServersOwn?: true;
}

/** An address that is the id of several resources, of which only one can own it. */
export interface Shared {
  address: string;
  /** URNs, of one stack or of several. */
  resources: string[];
}

export interface Audit {
  /** The number of addresses that the stacks manage. */
  managed: number;
  shared: Shared[];
  suspects: Suspect[];
  /** May be such a result, judging by the address alone: a process that was killed during its first create leaves nothing else. */
  possible: Finding[];
  /** Floating addresses that no server has, such as `releasePolicy: "keep"` leaves, and that nothing in the stacks uses. */
  unattached: Finding[];
  /** All other addresses that no stack manages. */
  others: Finding[];
}

/** Pure: which of the account's addresses no stack manages, and which of those the stacks have probably bought. */
export function audit(
  account: readonly IpAddressWire[],
  states: readonly StackState[],
  journal: readonly JournalHint[],
): Audit {
  const stacks = new Stacks(states);
  const unmanaged = account.filter(({ address }) => !stacks.managed.has(addressKey(address)));
  const hints = hintsIn(states, journal);
  const claims = claimsOf(hints, unmanaged, stacks);
  const usedServers = serverUses(states, hints);

  const managed = account.length - unmanaged.length;
  const result: Audit = { managed, shared: sharedIn(states), suspects: [], possible: [], unattached: [], others: [] };
  for (const one of unmanaged) {
    const found = finding(one);
    const hint = claims.get(one);
    if (hint !== undefined) {
      result.suspects.push({ ...found, ...suspicionOf(hint, one), ...resourceOf(hint.urn, stacks) });
      continue;
    }
    const exclusion = exclusionOf(one, stacks, unmanaged);
    if (exclusion !== undefined) {
      const list = exclusion.reason === "unattached" ? result.unattached : result.others;
      list.push({ ...found, ...exclusion });
      continue;
    }
    const use = hasDefaultPtrRecord(one) ? usedServers.get(one.server ?? "") : undefined;
    if (use !== undefined) result.suspects.push({ ...found, ...use, ...ownIpv6(one) });
    else
      result.possible.push({ ...found, reason: hasDefaultPtrRecord(one) ? "extra-elsewhere" : "changed-ptr-record" });
  }
  return result;
}

/** The addresses of the given states, by canonical spelling. */
class Stacks {
  readonly managed = new Set<string>();
  /** Addresses that a state contains for another reason: an unrecorded create cannot have bought them. */
  readonly known = new Map<string, Exclusion>();
  private readonly addressOf = new Map<string, string>();

  constructor(states: readonly StackState[]) {
    for (const { addresses, pendingOperations, otherIds } of states) {
      for (const { inputs, urn } of pendingOperations) {
        if (inputs.adopt !== undefined) this.know(inputs.adopt, "to-be-adopted", urn);
      }
      for (const id of otherIds) this.know(id, "other-type");
      for (const { type, external, id, urn, pendingDelete } of addresses) {
        const isManaged = type === "ServerIpAddress" && !external;
        if (!isManaged) this.know(id, external ? "only-read" : "only-ptr-record", urn);
        else this.managed.add(addressKey(id));
        if (isManaged && !pendingDelete) this.addressOf.set(urn, id);
      }
    }
  }

  /** The current address of the resource, if any. */
  addressAt(urn: string): string | undefined {
    return this.addressOf.get(urn);
  }

  private know(address: string, reason: Reason, urn?: string): void {
    const user = urn !== undefined && { stack: stackNameIn(urn), resource: { urn, name: resourceNameIn(urn) } };
    this.known.set(addressKey(address), { reason, ...user });
  }
}

function sharedIn(states: readonly StackState[]): Shared[] {
  const holders = new Map<string, Shared & { keys: Set<string> }>();
  for (const [index, { addresses }] of states.entries()) {
    for (const { type, external, id, urn } of addresses) {
      if (type !== "ServerIpAddress" || external) continue;
      const found = holders.get(addressKey(id)) ?? { address: id, resources: [], keys: new Set() };
      holders.set(addressKey(id), found);
      // A resource that is being replaced occurs twice.
      if (!found.keys.has(`${index} ${urn}`)) found.resources.push(urn);
      found.keys.add(`${index} ${urn}`);
    }
  }
  return [...holders.values()]
    .filter(({ resources }) => resources.length > 1)
    .map(({ address, resources }) => ({ address, resources }));
}

/** Each hint claims one matching address, the strongest match first: creates of the same kind are interchangeable. */
function claimsOf(
  hints: readonly Hint[],
  unmanaged: readonly IpAddressWire[],
  stacks: Stacks,
): Map<IpAddressWire, Hint> {
  const claims = new Map<IpAddressWire, Hint>();
  const open = new Set(hints);
  const free = (one: IpAddressWire) => isAssigned(one) && !stacks.known.has(addressKey(one.address));
  const rules: ((hint: Hint, one: IpAddressWire) => boolean)[] = [
    (hint, one) => hint.address !== undefined && addressKey(hint.address) === addressKey(one.address),
    (hint, one) => free(one) && isMeantFor(hint, one) && hasPtrRecord(one, hint.ptrRecord),
    (hint, one) => free(one) && isMeantFor(hint, one) && hasDefaultPtrRecord(one),
  ];
  for (const allows of rules) {
    for (const hint of open) {
      const claimed = unmanaged.find((one) => !claims.has(one) && allows(hint, one));
      if (claimed === undefined) continue;
      claims.set(claimed, hint);
      open.delete(hint);
    }
  }
  return claims;
}

/** What the stacks do on each server: a stack manages addresses there, or was creating one. */
function serverUses(states: readonly StackState[], hints: readonly Hint[]): Map<string, Use> {
  const managers = states
    .flatMap(({ addresses }) => addresses)
    .filter(({ type, external }) => type === "ServerIpAddress" && !external)
    .map(({ server, urn }) => [server, { reason: "extra-beside-managed", stack: stackNameIn(urn) }] as const);
  const creators = hints.map(
    ({ server, urn }) => [server, { reason: "extra-beside-create", stack: stackNameIn(urn) }] as const,
  );
  return new Map([...creators, ...managers].flatMap(([server, use]) => (server === undefined ? [] : [[server, use]])));
}

type Use = Pick<Suspect, "reason" | "stack">;
type Exclusion = Pick<Finding, "reason" | "stack" | "resource">;

/** Why no create of a `ServerIpAddress` has left the address, as far as can be told; `undefined` if one can have. */
function exclusionOf(one: IpAddressWire, stacks: Stacks, unmanaged: readonly IpAddressWire[]): Exclusion | undefined {
  if (one.part_of_plan === "yes") return { reason: "plan" };
  const known = stacks.known.get(addressKey(one.address));
  if (known !== undefined) return known;
  if (one.server === undefined) return { reason: "unattached" };
  if (!isAssigned(one)) return { reason: "floating" };
  if (one.access !== "public") return { reason: "internal" };
  return isPerhapsOwn(one, unmanaged) ? { reason: "only-ipv6" } : undefined;
}

const suspicionOf = ({ urn, reason, at, address }: Hint, one: IpAddressWire) => ({
  reason,
  stack: stackNameIn(urn),
  ...(at !== undefined && { at }),
  ...(address === undefined && ownIpv6(one)),
});

/** A server's own IPv6 address looks like an assigned one. */
const ownIpv6 = ({ family }: IpAddressWire): Pick<Suspect, "mayBeServersOwn"> =>
  family === "IPv6" ? { mayBeServersOwn: true } : {};

function resourceOf(urn: string, stacks: Stacks): Pick<Finding, "resource"> {
  const has = stacks.addressAt(urn);
  return { resource: { urn, name: resourceNameIn(urn), ...(has !== undefined && { has }) } };
}

function finding({ address, family, access, server, ptr_record: ptrRecord }: IpAddressWire): Omit<Finding, "reason"> {
  return { address, family, access, ...(server !== undefined && { server }), ptrRecord };
}

/** Whether it may be the IPv6 address that its server was created with: the only one that nothing accounts for. */
const isPerhapsOwn = (one: IpAddressWire, unmanaged: readonly IpAddressWire[]) =>
  isExtra(one) && one.family === "IPv6" && unmanaged.filter((other) => isExtraBeside(one, other)).length === 1;

/** Whether an assign can have returned it: addresses of the plan come with the server, and floating ones are separate. */
const isAssigned = ({ part_of_plan, floating, server }: IpAddressWire) =>
  part_of_plan !== "yes" && floating !== "yes" && server !== undefined;

const isExtra = (one: IpAddressWire) => isAssigned(one) && one.access === "public" && hasDefaultPtrRecord(one);

const isExtraBeside = ({ server, family }: IpAddressWire, other: IpAddressWire) =>
  other.server === server && other.family === family && isExtra(other);

const hasDefaultPtrRecord = (one: IpAddressWire) => hasPtrRecord(one, defaultPtrRecordIn(one));

const hasPtrRecord = ({ ptr_record }: IpAddressWire, name: string | undefined) =>
  name !== undefined && isSamePtrRecord(ptr_record, name);
