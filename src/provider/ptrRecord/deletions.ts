import { addressKey } from "../../model/addresses";
import { isDeleting, recordRemains, settersOf } from "../stack/ownership";
import type { StateCache } from "../stack/stateCache";
import { isOwnRecord, type PtrRecordState } from "./state";

/**
 * Decides which delete undoes the PTR record of an address that several resources of the stack set: a `PtrRecord`, its copy
 * under a former name, a `ServerIpAddress` with a `ptrRecord`. A delete leaves the record to those that remain. The last
 * one puts the previous record back, even if another one that is deleted has written the record that is there.
 */
export class RecordDeletions {
  /** By address: the resources whose deletes have begun in this operation. */
  private readonly begun = new Map<string, PtrRecordState[]>();

  constructor(private readonly stack: StateCache) {}

  /** `undefined`: a resource remains that sets the record. */
  async begin(id: string, state: PtrRecordState): Promise<Restoration | undefined> {
    const key = addressKey(id);
    const states = this.begun.get(key) ?? [];
    this.begun.set(key, states);
    states.push(state);
    if (await this.hasRemainingSetter(id)) return undefined;
    const isOurs = (ptrRecord: string) => states.some((one) => isOwnRecord(one, ptrRecord));
    const previousRecords = states.map(({ previousPtrRecord, ptrRecord }) => previousPtrRecord ?? ptrRecord);
    return { isOurs, previousPtrRecord: previousRecords.findLast((one) => !isOurs(one)) };
  }

  /** A destroy checks nothing and deletes in parallel. Where the state cannot be read, this resource is taken for the only one. */
  private async hasRemainingSetter(id: string): Promise<boolean> {
    const isOurStack = isDeleting("PtrRecord", id);
    try {
      if (settersOf(await this.stack.cached(isOurStack), id).length <= 1) return false;
      // Which of them are being deleted, a state of now shows.
      return recordRemains(await this.stack.fresh(isOurStack), id);
    } catch {
      return false;
    }
  }
}

interface Restoration {
  /** The record is one that a resource has written which this operation deletes. */
  isOurs(ptrRecord: string): boolean;
  /** `undefined` where nothing is known to have been there before. */
  previousPtrRecord: string | undefined;
}
