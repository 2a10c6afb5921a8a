import type { ApiVersion } from "../../api/wire";
import type { Address, Caller } from "../model/entities";
import { perlJson } from "./perlJson";
import { serializeIpAddress } from "./serialize";

/** Serializes the list of addresses, and caches the text of each: there may be ten thousand of them. */
export class AddressListSerializer {
  private readonly items = { "1.2": new WeakMap<Address, string>(), "1.3": new WeakMap<Address, string>() };
  private readonly lists = new Map<string, { revision: number; bytes: Uint8Array<ArrayBuffer> }>();

  constructor(private readonly showReleasePolicy: boolean) {}

  /** The list at a revision of the store. Calls `addresses` only if the revision is not cached. */
  serialize(
    addresses: () => readonly Address[],
    { version, owner }: Caller,
    revision: number,
  ): Uint8Array<ArrayBuffer> {
    const key = `${version} ${owner}`;
    const cached = this.lists.get(key);
    if (cached?.revision === revision) return cached.bytes;
    const bytes = new TextEncoder().encode(`${this.serializeList(addresses(), version)}\n`);
    this.lists.set(key, { revision, bytes });
    return bytes;
  }

  private serializeList(addresses: readonly Address[], version: ApiVersion): string {
    if (addresses.length === 0) return perlJson({ ip_addresses: { ip_address: [] } });
    const items = addresses.map((address) => `         ${this.serializeItem(address, version)}`).join(",\n");
    return `{\n   "ip_addresses" : {\n      "ip_address" : [\n${items}\n      ]\n   }\n}`;
  }

  private serializeItem(address: Address, version: ApiVersion): string {
    const cached = this.items[version].get(address);
    if (cached !== undefined) return cached;
    const text = perlJson(serializeIpAddress(address, version, this.showReleasePolicy), 3);
    this.items[version].set(address, text);
    return text;
  }
}
