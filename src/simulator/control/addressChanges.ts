import type { Address } from "../model/entities";

/** A change of an address by a request, as opposed to one by `simulator.account`. */
export interface AddressChange {
  readonly what: "assigned" | "released" | "moved" | "PTR record set" | "modified";
  /** On the simulator's clock. */
  readonly atMs: number;
  /** The address after the change, or before its release. */
  readonly address: Address;
}

const maxChanges = 10_000;

/** The last change of each address by a request. */
export class AddressChanges {
  private readonly changes = new Map<string, AddressChange>();

  /** Compares the account before and after a request: an `Address` is immutable, so each change is another object. */
  record(before: readonly Address[], after: readonly Address[], atMs: number): void {
    const former = new Map(before.map((address) => [address.address, address]));
    for (const address of after) {
      const one = former.get(address.address);
      former.delete(address.address);
      if (one !== address) this.add({ what: kindOf(one, address), atMs, address });
    }
    for (const address of former.values()) this.add({ what: "released", atMs, address });
  }

  of(address: string): AddressChange | undefined {
    return this.changes.get(address);
  }

  /** The released addresses, of which the account has no more than this. */
  released(): AddressChange[] {
    return [...this.changes.values()].filter(({ what }) => what === "released");
  }

  private add(change: AddressChange): void {
    const key = change.address.address;
    this.changes.delete(key);
    this.changes.set(key, change);
    const [oldest] = this.changes.keys();
    if (this.changes.size > maxChanges && oldest !== undefined) this.changes.delete(oldest);
  }
}

function kindOf(before: Address | undefined, after: Address): AddressChange["what"] {
  if (before === undefined) return "assigned";
  if (before.server !== after.server) return "moved";
  return before.ptrRecord === after.ptrRecord ? "modified" : "PTR record set";
}
