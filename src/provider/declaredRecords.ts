import { addressKey } from "../model/addresses";

/** A resource of the program that declares a PTR record. */
export interface Declarer {
  /** Identifies the declarer. */
  key: string;
  /** For messages. */
  description: string;
}

/**
 * Which resource declares the PTR record of an address, as far as the operation has checked them. Two resources that declare
 * the same record would overwrite each other at every `up`. A deleted resource leaves a record that another one declares.
 */
export class DeclaredRecords {
  private readonly declarers = new Map<string, Declarer>();

  has(address: string): boolean {
    return this.declarers.has(addressKey(address));
  }

  /** Registers the declarer, unless there is one already. Returns the other one. */
  register(address: string, declarer: Declarer): Declarer | undefined {
    const first = this.declarers.get(addressKey(address));
    if (first !== undefined && first.key !== declarer.key) return first;
    this.declarers.set(addressKey(address), declarer);
    return undefined;
  }
}
