import type { Family } from "../../api/wire";
import { ApiError } from "../model/apiErrors";
import type { Address, Credentials, Network, Owner, ReleasePolicy, Server } from "../model/entities";
import { addressKey } from "../model/ipAddress";
import { defaultPtrRecord } from "../model/ptrRecord";
import type { Rules } from "../model/rules";
import { serverAt } from "../model/serverTransitions";
import { AddressPool, type PoolState } from "./addressPool";
import { defaultOtherCredentials } from "./defaultCredentials";

/** Everything that survives a restart. */
export interface StoreState {
  readonly credentials: Credentials;
  /** Of the other account; absent in state files from before it had any. */
  readonly otherCredentials?: Credentials;
  readonly credits: number;
  readonly rules: Rules;
  readonly servers: readonly Server[];
  readonly addresses: readonly Address[];
  readonly pool: PoolState;
  /** The clock's time when this was written. */
  readonly atMs: number;
}

/** What a new address is to be. */
export interface NewAddress {
  readonly family: Family;
  readonly access: Network;
  readonly owner: Owner;
  readonly zone: string;
  readonly server?: string | undefined;
  /** Where absent, the pool chooses. */
  readonly address?: string | undefined;
  readonly mac?: string | undefined;
  readonly ptrRecord?: string | undefined;
  readonly partOfPlan?: boolean;
  readonly floating?: boolean;
  readonly releasePolicy?: ReleasePolicy;
}

/** The account's servers and addresses. Knows where things are, not what is allowed. */
export class Store {
  readonly credentialsOf: Readonly<Record<Owner, Credentials>>;
  readonly rules: Rules;
  readonly pool: AddressPool;
  /** Counts changes: two equal revisions mean that nothing happened in between. */
  revision = 0;

  private readonly servers = new Map<string, Server>();
  private readonly addresses = new Map<string, Address>();
  private readonly keysByServer = new Map<string, Set<string>>();
  private readonly inTransition = new Set<string>();
  /** Ordinary address that owns the interface, by MAC. */
  private readonly keysByMac = new Map<string, string>();
  private remainingCredits: number;

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

  /** In any spelling. */
  findAddress(text: string): Address | undefined {
    const key = addressKey(text);
    return key === undefined ? undefined : this.addresses.get(key);
  }

  /** The addresses of a server, floating ones included, in the order in which they came. */
  addressesOf(server: string): Address[] {
    const keys = this.keysByServer.get(server) ?? [];
    return [...keys].flatMap((key) => this.addresses.get(key) ?? []);
  }

  /** The ordinary address whose interface has this MAC. */
  findInterface(mac: string): Address | undefined {
    const key = this.keysByMac.get(mac.toLowerCase());
    return key === undefined ? undefined : this.addresses.get(key);
  }

  /** Makes an address, and a network interface for it where it belongs to a server and is no floating one. */
  addAddress(wanted: NewAddress): Address {
    const { family, access, owner, zone, server, floating = false } = wanted;
    const handed =
      wanted.address === undefined
        ? this.pool.allocate(zone, family, access, floating ? undefined : wanted.mac)
        : { address: wanted.address, mac: wanted.mac ?? this.pool.nextMac() };
    if (handed === undefined) throw new ApiError("IP_ADDRESS_RESOURCES_UNAVAILABLE");
    const carrier = floating && wanted.mac !== undefined ? this.findInterface(wanted.mac) : undefined;
    const ordinary = !floating && server !== undefined;
    const address: Address = {
      address: handed.address,
      family,
      access,
      owner,
      zone,
      ptrRecord: wanted.ptrRecord ?? (access === "public" ? this.defaultPtrRecord(handed.address, zone) : ""),
      partOfPlan: wanted.partOfPlan ?? false,
      floating,
      releasePolicy: wanted.releasePolicy ?? (floating ? "keep" : "release"),
      server: ordinary ? server : carrier?.server,
      mac: ordinary ? handed.mac : carrier?.mac,
      index: ordinary ? this.lowestFreeIndex(server) : carrier?.index,
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

  /** Takes an address away from whoever has it, and gives it back to the pool. */
  releaseAddress(address: Address): void {
    this.removeAddress(address);
    this.pool.release(address.zone, address.family, address.access, address.address);
  }

  /** Takes an address away for somebody else to have at once. Floating addresses on its interface are detached. */
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
    this.revision++;
  }

  removeServer(uuid: string): void {
    this.servers.delete(uuid);
    this.inTransition.delete(uuid);
    this.revision++;
  }

  /** Lets happen what the clock says has happened. */
  advanceTo(nowMs: number): void {
    for (const uuid of this.inTransition) {
      const server = this.servers.get(uuid);
      const now = server && serverAt(server, nowMs);
      if (now !== undefined && now !== server) this.putServer(now);
    }
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
