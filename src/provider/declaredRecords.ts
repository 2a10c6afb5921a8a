import { addressKey } from "../model/addresses";

/** A resource of the program that declares a PTR record. */
export interface Declarer {
  /** Distinguishes the declarers. */
  key: string;
  /** As messages call it. */
  description: string;
}

/**
 * Which resource declares the PTR record of an address, as far as the operation has come. Of two resources that declare the
 * same record, each would undo the other's change at every `up`; and a resource that is deleted leaves a record that another one declares.
 */
export class DeclaredRecords {
  private readonly declarers = new Map<string, Declarer>();

  has(address: string): boolean {
    return this.declarers.has(addressKey(address));
  }

  /** Registers the declarer, unless another one was first. Returns that other one. */
  register(address: string, declarer: Declarer): Declarer | undefined {
    const first = this.declarers.get(addressKey(address));
    if (first !== undefined && first.key !== declarer.key) return first;
    this.declarers.set(addressKey(address), declarer);
    return undefined;
  }
}
