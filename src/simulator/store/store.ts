import type { Family } from "../../api/wire";
import { ApiError } from "../model/apiErrors";
import type { Address, Credentials, Network, Owner, ReleasePolicy, Server } from "../model/entities";
import { addressKey } from "../model/ipAddress";
import { defaultPtrRecord } from "../model/ptrRecord";
import type { Rules } from "../model/rules";
import { serverAt } from "../model/serverTransitions";
import { AddressPool, type PoolState } from "./addressPool";
import { defaultOtherCredentials } from "./defaultCredentials";
import { OffTimes } from "./offTimes";

/** What the state file keeps. */
export interface StoreState {
  readonly credentials: Credentials;
  /** Credentials of the other account. Absent in old state files. */
  readonly otherCredentials?: Credentials;
  readonly credits: number;
  readonly rules: Rules;
  readonly servers: readonly Server[];
  readonly addresses: readonly Address[];
  readonly pool: PoolState;
  /** The time on the simulator's clock when this was written, in ms. */
  readonly atMs: number;
}

/** The properties of a new address. */
export interface NewAddress {
  readonly family: Family;
  readonly access: Network;
  readonly owner: Owner;
  readonly zone: string;
  readonly server?: string | undefined;
  /** Absent: the pool allocates one. */
  readonly address?: string | undefined;
  readonly mac?: string | undefined;
  readonly ptrRecord?: string | undefined;
  readonly partOfPlan?: boolean;
  readonly floating?: boolean;
  readonly releasePolicy?: ReleasePolicy;
}

/** The servers and addresses of all accounts. It finds and changes them, and does not check what is allowed. */
export class Store {
  readonly credentialsOf: Readonly<Record<Owner, Credentials>>;
  readonly rules: Rules;
  readonly pool: AddressPool;
  readonly offTimes = new OffTimes();
  /** Counts changes: equal revisions mean that nothing has changed. */
  revision = 0;

  private readonly servers = new Map<string, Server>();
  private readonly addresses = new Map<string, Address>();
  private readonly keysByServer = new Map<string, Set<string>>();
  private readonly inTransition = new Set<string>();
  /** The key of the address that is not floating, by the MAC of its interface. */
  private readonly keysByMac = new Map<string, string>();
  private remainingCredits: number;
  /** The time of the current change, on the simulator's clock. */
  private nowMs = 0;

  constructor(state: StoreState) {
    this.credentialsOf = { us: state.credentials, other: state.otherCredentials ?? defaultOtherCredentials };
    this.rules = state.rules;
    this.remainingCredits = state.credits;
    this.pool = new AddressPool(state.pool, (text) => this.addresses.has(text) || this.keysByMac.has(text));
    for (const server of state.servers) this.putServer(server);
    for (const address of state.addresses) this.putAddress(address);
    this.revision = 0;
  }

  toState(atMs: number): StoreState {
    return {
      credentials: this.credentialsOf.us,
      otherCredentials: this.credentialsOf.other,
      credits: this.remainingCredits,
      rules: this.rules,
      servers: [...this.servers.values()],
      addresses: [...this.addresses.values()],
      pool: this.pool.state,
      atMs,
    };
  }

  get credits(): number {
    return this.remainingCredits;
  }

  set credits(credits: number) {
    this.remainingCredits = credits;
    this.revision++;
  }

  listServers(owner: Owner): Server[] {
    return [...this.servers.values()].filter((server) => server.owner === owner);
  }

  findServer(uuid: string): Server | undefined {
    return this.servers.get(uuid.toLowerCase());
  }

  listAddresses(owner: Owner): Address[] {
    return [...this.addresses.values()].filter((address) => address.owner === owner);
  }

  /** Finds an address by any spelling. */
  findAddress(text: string): Address | undefined {
    const key = addressKey(text);
    return key === undefined ? undefined : this.addresses.get(key);
  }

  /** The addresses of a server, floating ones included, oldest first. */
  addressesOf(server: string): Address[] {
    const keys = this.keysByServer.get(server) ?? [];
    return [...keys].flatMap((key) => this.addresses.get(key) ?? []);
  }

  /** The address that is not floating on the interface with this MAC. */
  findInterface(mac: string): Address | undefined {
    const key = this.keysByMac.get(mac.toLowerCase());
    return key === undefined ? undefined : this.addresses.get(key);
  }

  /** Adds an address, on a new network interface if it belongs to a server and is not a floating one. */
  addAddress(wanted: NewAddress): Address {
    const { family, access, owner, zone, server, floating = false } = wanted;
    const allocation =
      wanted.address === undefined
        ? this.pool.allocate(zone, family, access, floating ? undefined : wanted.mac)
        : { address: wanted.address, mac: wanted.mac ?? this.pool.nextMac() };
    if (allocation === undefined) throw new ApiError("IP_ADDRESS_RESOURCES_UNAVAILABLE");
    const carrier = floating && wanted.mac !== undefined ? this.findInterface(wanted.mac) : undefined;
    const hasInterface = !floating && server !== undefined;
    const address: Address = {
      address: allocation.address,
      family,
      access,
      owner,
      zone,
      ptrRecord: wanted.ptrRecord ?? (access === "public" ? this.defaultPtrRecord(allocation.address, zone) : ""),
      partOfPlan: wanted.partOfPlan ?? false,
      floating,
      releasePolicy: wanted.releasePolicy ?? (floating ? "keep" : "release"),
      server: hasInterface ? server : carrier?.server,
      mac: hasInterface ? allocation.mac : carrier?.mac,
      index: hasInterface ? this.lowestFreeIndex(server) : carrier?.index,
    };
    this.putAddress(address);
    return address;
  }

  putAddress(address: Address): void {
    const key = addressKey(address.address) ?? address.address;
    this.removeFromIndexes(key);
    this.addresses.set(key, address);
    if (address.server !== undefined) {
      const keys = this.keysByServer.get(address.server) ?? new Set();
      this.keysByServer.set(address.server, keys.add(key));
    }
    if (address.mac !== undefined && !address.floating) this.keysByMac.set(address.mac, key);
    this.revision++;
  }

  /** Removes an address, and returns it to the pool. */
  releaseAddress(address: Address): void {
    this.removeAddress(address);
    this.pool.release(address.zone, address.family, address.access, address.address);
  }

  /** Removes an address without returning it to the pool. Floating addresses on its interface are detached. */
  removeAddress(address: Address): void {
    const key = addressKey(address.address) ?? address.address;
    this.removeFromIndexes(key);
    this.addresses.delete(key);
    if (!address.floating && address.server !== undefined) {
      for (const other of this.addressesOf(address.server)) {
        if (other.floating && other.mac === address.mac) this.putAddress(detach(other));
      }
    }
    this.revision++;
  }

  putServer(server: Server): void {
    this.servers.set(server.uuid, server);
    if (server.transition === undefined) this.inTransition.delete(server.uuid);
    else this.inTransition.add(server.uuid);
    this.offTimes.observe(server, this.nowMs);
    this.revision++;
  }

  removeServer(uuid: string): void {
    this.servers.delete(uuid);
    this.inTransition.delete(uuid);
    this.revision++;
  }

  /** Makes the changes of state that are due. */
  advanceTo(nowMs: number): void {
    for (const uuid of this.inTransition) {
      const server = this.servers.get(uuid);
      const now = server && serverAt(server, nowMs);
      if (server === undefined || now === undefined || now === server) continue;
      this.nowMs = server.transition?.steps.findLast(({ atMs }) => atMs <= nowMs)?.atMs ?? nowMs;
      this.putServer(now);
    }
    this.nowMs = nowMs;
  }

  hasZone(zone: string): boolean {
    return upCloudZones.includes(zone) || zone in this.pool.state.zones || this.hasServerIn(zone);
  }

  defaultPtrRecord(address: string, zone: string): string {
    return defaultPtrRecord(address, zone, this.rules.defaultPtrDomain);
  }

  private hasServerIn(zone: string): boolean {
    return [...this.servers.values()].some((server) => server.zone === zone);
  }

  private removeFromIndexes(key: string): void {
    const former = this.addresses.get(key);
    if (former?.server !== undefined) this.keysByServer.get(former.server)?.delete(key);
    if (former?.mac !== undefined && !former.floating) this.keysByMac.delete(former.mac);
  }

  private lowestFreeIndex(server: string): number {
    const taken = new Set(this.addressesOf(server).map(({ index }) => index));
    let index = 1;
    while (taken.has(index)) index++;
    return index;
  }
}

export function detach(address: Address): Address {
  return { ...address, server: undefined, mac: undefined, index: undefined };
}

const upCloudZones = [
  "de-fra1",
  "fi-hel1",
  "fi-hel2",
  "nl-ams1",
  "sg-sin1",
  "uk-lon1",
  "us-chi1",
  "us-nyc1",
  "us-sjo1",
];
