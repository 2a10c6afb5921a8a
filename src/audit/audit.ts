import type { IpAddressWire } from "../api/wire";
import { addressKey, defaultPtrRecordIn, isSamePtrRecord } from "../model/addresses";
import type { StackState } from "../state/stackState";
import { resourceNameIn, stackNameIn } from "../state/urns";
import { type Hint, hintsIn, isMeantFor } from "./hints";
import type { JournalHint } from "./journalHints";

/** An address of the account that none of the given stacks manages. */
export interface Finding {
  address: string;
  family: IpAddressWire["family"];
  access: IpAddressWire["access"];
  /** Absent on a floating address that is not attached. */
  server?: string;
  ptrRecord: string;
  why: string;
}

/** An address that may be the result of an interrupted create, judging by the address alone. */
export interface Possible extends Finding {
  /** The line that makes a `ServerIpAddress` take over the address. */
  adopt: string;
}

/** An address that looks like the result of an interrupted create, judging by a state, the journal or its server. */
export interface Suspect extends Possible {
  /** The resource that it was meant for, if a state or the journal tells; `has` is the address that the resource has now. */
  resource?: { urn: string; name: string; has?: string };
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
  /** Disjoint from the suspects. A process that was killed during its first create leaves nothing but the address. */
  possible: Possible[];
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
  const found: Audit = { managed, shared: sharedIn(states), suspects: [], possible: [], others: [] };
  for (const one of unmanaged) {
    const hint = claims.get(one);
    const excluded = hint === undefined ? exclusionReason(one, stacks) : undefined;
    if (excluded !== undefined) {
      found.others.push({ ...finding(one), why: excluded });
      continue;
    }
    const adopt = `adopt: "${one.address}"`;
    const isOwn = isPerhapsOwn(one, unmanaged);
    const why = hint?.why ?? (isOwn ? undefined : suspicionReason(one, usedServers));
    if (why === undefined) found.possible.push({ ...finding(one), why: uncertaintyReason(one, isOwn), adopt });
    else found.suspects.push({ ...finding(one), why: why + ipv6Caveat(one, hint), adopt, ...resourceOf(hint, stacks) });
  }
  return found;
}

/** The addresses of the given states, by canonical spelling. */
class Stacks {
  readonly managed = new Set<string>();
  /** Addresses that a state contains for another reason: an unrecorded create cannot have bought them. */
  readonly known = new Map<string, string>();
  private readonly addressOf = new Map<string, string>();

  constructor(states: readonly StackState[]) {
    for (const { addresses, pendingOperations, otherIds } of states) {
      for (const { inputs, urn } of pendingOperations) {
        const { adopt } = inputs;
        if (adopt !== undefined) this.know(adopt, `${resourceNameIn(urn)} was about to adopt it: run \`pulumi up\``);
      }
      for (const id of otherIds) this.know(id, "a resource of another type has it");
      for (const { type, external, id, urn, pendingDelete } of addresses) {
        const isManaged = type === "ServerIpAddress" && !external;
        if (!isManaged) this.know(id, `${resourceNameIn(urn)} only ${external ? "reads it" : "sets its PTR record"}`);
        else this.managed.add(addressKey(id));
        if (isManaged && !pendingDelete) this.addressOf.set(urn, id);
      }
    }
  }

  /** The current address of the resource, if any. */
  addressAt(urn: string): string | undefined {
    return this.addressOf.get(urn);
  }

  private know(address: string, how: string): void {
    this.known.set(addressKey(address), how);
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

/** What the stacks do on each server, as a phrase: a stack manages addresses there, or was creating one. */
function serverUses(states: readonly StackState[], hints: readonly Hint[]): Map<string, string> {
  const managers = states
    .flatMap(({ addresses }) => addresses)
    .filter(({ type, external }) => type === "ServerIpAddress" && !external)
    .map(({ server, urn }) => [server, `stack "${stackNameIn(urn)}" manages addresses`] as const);
  const creators = hints.map(
    ({ server, urn }) => [server, `stack "${stackNameIn(urn)}" was creating an address`] as const,
  );
  return new Map([...creators, ...managers].flatMap(([server, use]) => (server === undefined ? [] : [[server, use]])));
}

/** Why no create of a `ServerIpAddress` can have left the address; `undefined` if one can. */
function exclusionReason(one: IpAddressWire, stacks: Stacks): string | undefined {
  if (one.part_of_plan === "yes") return "part of the server's plan";
  if (!isAssigned(one)) return "a floating address";
  const known = stacks.known.get(addressKey(one.address));
  if (known !== undefined) return known;
  return one.access === "public" ? undefined : "on the internal network";
}

/** Why an address without a record is a suspect anyway: a killed provider leaves no record. */
function suspicionReason(one: IpAddressWire, usedServers: Map<string, string>): string | undefined {
  const use = usedServers.get(one.server ?? "");
  return use === undefined || !hasDefaultPtrRecord(one) ? undefined : `${extra} where ${use}`;
}

const extra = "an extra address with UpCloud's default PTR record, on a server";

/** Why the address is only possibly lost. */
function uncertaintyReason(one: IpAddressWire, isOwn: boolean): string {
  if (!hasDefaultPtrRecord(one)) return "an extra address whose PTR record was set by a stack or by somebody else";
  if (isOwn) return "an extra IPv6 address, perhaps the one that the server was created with";
  return `${extra} where these stacks manage no addresses`;
}

/** A server's own IPv6 address looks like an assigned one. */
function ipv6Caveat({ family, server }: IpAddressWire, hint: Hint | undefined): string {
  if (family === "IPv4" || hint?.address !== undefined) return "";
  return `; it may also be the one that server ${server} was created with: compare before you adopt it`;
}

function resourceOf(hint: Hint | undefined, stacks: Stacks): Pick<Suspect, "resource"> {
  if (hint === undefined) return {};
  const { urn } = hint;
  const has = stacks.addressAt(urn);
  return { resource: { urn, name: resourceNameIn(urn), ...(has !== undefined && { has }) } };
}

function finding({ address, family, access, server, ptr_record: ptrRecord }: IpAddressWire): Omit<Finding, "why"> {
  return { address, family, access, ...(server !== undefined && { server }), ptrRecord };
}

/** Whether it may be the IPv6 address that its server was created with: the only one that nothing accounts for. */
const isPerhapsOwn = (one: IpAddressWire, unmanaged: readonly IpAddressWire[]) =>
  one.family === "IPv6" && unmanaged.filter((other) => isExtraBeside(one, other)).length === 1;

/** Whether an assign can have returned it: addresses of the plan come with the server, and floating ones are separate. */
const isAssigned = ({ part_of_plan, floating, server }: IpAddressWire) =>
  part_of_plan !== "yes" && floating !== "yes" && server !== undefined;

const isExtra = (one: IpAddressWire) => isAssigned(one) && one.access === "public" && hasDefaultPtrRecord(one);

const isExtraBeside = ({ server, family }: IpAddressWire, other: IpAddressWire) =>
  other.server === server && other.family === family && isExtra(other);

const hasDefaultPtrRecord = (one: IpAddressWire) => hasPtrRecord(one, defaultPtrRecordIn(one));

const hasPtrRecord = ({ ptr_record }: IpAddressWire, name: string | undefined) =>
  name !== undefined && isSamePtrRecord(ptr_record, name);
