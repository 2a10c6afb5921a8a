import type { Family } from "../../api/wire";
import type { Network } from "../model/entities";
import { addressKey, eui64Address, macFromEui64 } from "../model/ipAddress";

/** The pool of a zone. Part of the state file. */
interface ZonePool {
  readonly number: number;
  /** The /24 blocks that the zone uses so far. */
  readonly blocks: number[];
  /** The number of allocated hosts in the last block. */
  hosts: number;
  /** The number of internal addresses allocated so far. */
  internalHosts: number;
  /** Released addresses. They are allocated again before new ones, the latest one first. */
  readonly returned: { IPv4: string[]; IPv6: string[]; internal: string[] };
  /** The number of free public addresses. Absent: unlimited. */
  readonly free: { IPv4?: number; IPv6?: number };
}

/** The state of the pool, as in the state file. */
export interface PoolState {
  blocks: number;
  macs: number;
  readonly zones: Record<string, ZonePool>;
}

/** An address, and the MAC address of its network interface. */
export interface Allocation {
  readonly address: string;
  readonly mac: string;
}

/** The documentation ranges, then those for benchmarking (198.18.0.0/15). */
const blockCount = 3 + 512;
const hostsPerBlock = 253;
const internalHostsPerZone = 256 * 250;

/**
 * Allocates addresses deterministically. `isTaken` says which addresses and MACs are in use, because a seed may contain
 * any of them.
 */
export class AddressPool {
  constructor(
    readonly state: PoolState,
    private readonly isTaken: (addressOrMac: string) => boolean,
  ) {}

  /** Sets the number of free public addresses of a zone. */
  limitZone(zone: string, free: { IPv4?: number; IPv6?: number }): void {
    Object.assign(this.zone(zone).free, free);
  }

  /**
   * Allocates an address, on an interface with the given MAC or a new one. Returns undefined, and changes nothing, if
   * the zone has no free address.
   */
  allocate(zone: string, family: Family, network: Network, mac?: string): Allocation | undefined {
    const pool = this.zone(zone);
    if (network === "private") return this.withMac(this.nextInternal(pool), mac);
    const free = pool.free[family];
    if (free !== undefined && free <= 0) return undefined;
    const allocation = family === "IPv6" ? this.nextIPv6(pool, mac) : this.withMac(this.nextIPv4(pool), mac);
    if (allocation !== undefined && free !== undefined) pool.free[family] = free - 1;
    return allocation;
  }

  /** Releases an address. The next allocation of its kind in its zone gets it. */
  release(zone: string, family: Family, network: Network, address: string): void {
    const pool = this.zone(zone);
    pool.returned[network === "private" ? "internal" : family].push(address);
    const free = pool.free[family];
    if (network === "public" && free !== undefined) pool.free[family] = free + 1;
  }

  nextMac(): string {
    for (;;) {
      const serial = this.state.macs++;
      // An odd factor makes this a permutation: the MACs look random like real ones, and none occurs twice.
      const low = (Math.imul(serial, 40_503) + 0x2c11) & 0xffff;
      const bytes = [(0x5c + (serial >> 16)) & 0xff, low >> 8, low & 0xff];
      const mac = `da:45:c4:${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`;
      if (!this.isTaken(mac)) return mac;
    }
  }

  private zone(name: string): ZonePool {
    const zones = this.state.zones;
    zones[name] ??= {
      number: Object.keys(zones).length,
      blocks: [],
      hosts: hostsPerBlock,
      internalHosts: 0,
      returned: { IPv4: [], IPv6: [], internal: [] },
      free: {},
    };
    return zones[name];
  }

  private withMac(address: string | undefined, mac?: string): Allocation | undefined {
    return address === undefined ? undefined : { address, mac: mac ?? this.nextMac() };
  }

  private nextIPv4(pool: ZonePool): string | undefined {
    const returned = this.reuse(pool.returned.IPv4);
    if (returned !== undefined) return returned;
    for (;;) {
      if (pool.hosts === hostsPerBlock) {
        if (this.state.blocks === blockCount) return undefined;
        pool.blocks.push(this.state.blocks++);
        pool.hosts = 0;
      }
      const address = `${blockPrefix(pool.blocks.at(-1) ?? 0)}.${pool.hosts++ + 2}`;
      if (!this.isTaken(address)) return address;
    }
  }

  private nextIPv6(pool: ZonePool, wantedMac?: string): Allocation {
    const prefix = `2001:db8:1000:${(0x310 + pool.number).toString(16)}`;
    if (wantedMac !== undefined) return { address: eui64Address(prefix, wantedMac), mac: wantedMac };
    const returned = this.reuse(pool.returned.IPv6);
    const formerMac = returned === undefined ? undefined : macFromEui64(returned);
    if (returned !== undefined && (formerMac === undefined || !this.isTaken(formerMac))) {
      return { address: returned, mac: formerMac ?? this.nextMac() };
    }
    for (;;) {
      const mac = this.nextMac();
      const address = eui64Address(prefix, mac);
      if (!this.isTaken(addressKey(address) ?? address)) return { address, mac };
    }
  }

  private nextInternal(pool: ZonePool): string | undefined {
    const returned = this.reuse(pool.returned.internal);
    if (returned !== undefined) return returned;
    while (pool.internalHosts < internalHostsPerZone) {
      const host = pool.internalHosts++;
      const address = `10.${pool.number + 1}.${Math.floor(host / 250)}.${(host % 250) + 2}`;
      if (!this.isTaken(address)) return address;
    }
    return undefined;
  }

  private reuse(returned: string[]): string | undefined {
    for (let address = returned.pop(); address !== undefined; address = returned.pop()) {
      if (!this.isTaken(addressKey(address) ?? address)) return address;
    }
    return undefined;
  }
}

function blockPrefix(block: number): string {
  const documentation = ["192.0.2", "198.51.100", "203.0.113"][block];
  if (documentation !== undefined) return documentation;
  const rest = block - 3;
  return `198.${18 + (rest >> 8)}.${rest & 0xff}`;
}
