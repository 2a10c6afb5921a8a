import { addressKey } from "../model/addresses";
import type { RecordHints } from "../model/hints";
import type { PtrRecordInputs, ServerIpAddressInputs } from "../model/inputs";
import type { CheckFailure } from "../model/rules";
import { isUnknown } from "../model/unknown";

/**
 * Which PTR records the program declares, as far as the operation has come: of two resources that declare the same one
 * each would undo the other's at every `up`; and a resource that goes leaves a record that another one has.
 */
export class DeclaredRecords {
  private readonly declarers = new Map<string, Declarer>();

  has(address: string): boolean {
    return this.declarers.has(addressKey(address));
  }

  /** Enters a `PtrRecord`, or says why it cannot be declared. */
  failuresOf({ address }: PtrRecordInputs, { name, urn, sharedWith }: Partial<RecordHints>): CheckFailure[] {
    if (sharedWith !== undefined && !isUnknown(sharedWith)) {
      return refusal(`that of the ServerIpAddress "${sharedWith}", which has a ptrRecord`);
    }
    if (isUnknown(address)) return [];
    const declarer = { key: `PtrRecord ${urn}`, words: `the PtrRecord "${name}"` };
    const other = this.declare(address, declarer);
    return other === undefined ? [] : refusal(`"${address}", whose record ${other.words} declares`);
  }

  /** The same for a `ServerIpAddress` that adopts its address: no other knows its address in check. */
  failuresOfAdopting({ adopt, ptrRecord }: Partial<ServerIpAddressInputs>): CheckFailure[] {
    if (adopt === undefined || isUnknown(adopt) || ptrRecord === undefined) return [];
    const other = this.declare(adopt, serverIpAddress);
    if (other === undefined) return [];
    const reason = `expected no ptrRecord where the program declares the record elsewhere, got one for ${adopt}, whose record ${other.words} declares: take one of them out`;
    return [{ property: "ptrRecord", reason }];
  }

  /** The same for a `ServerIpAddress` that has its address. */
  declareWith(id: string): void {
    const other = this.declare(id, serverIpAddress);
    if (other === undefined) return;
    throw new Error(
      `The program declares the PTR record of ${id} twice, as ptrRecord of its ServerIpAddress and with ${other.words}: take one of them out.`,
    );
  }

  private declare(address: string, declarer: Declarer): Declarer | undefined {
    const present = this.declarers.get(addressKey(address));
    if (present !== undefined && present.key !== declarer.key) return present;
    this.declarers.set(addressKey(address), declarer);
    return undefined;
  }
}

interface Declarer {
  key: string;
  /** As messages call it. */
  words: string;
}

const serverIpAddress: Declarer = { key: "ServerIpAddress", words: "the ptrRecord of a ServerIpAddress" };

const refusal = (got: string): CheckFailure[] => [
  {
    property: "address",
    reason: `expected an address whose PTR record nothing else in the program declares, got ${got}: take one of them out`,
  },
];
