import type { StateAddress } from "../state/stackState";
import { addressKey, isSameAddress } from "./addresses";
import { isOwn, type PtrRecordState } from "./ptrRecordState";

/**
 * Decides which delete undoes the PTR record of an address that several resources of the state set: a `PtrRecord`, its copy
 * under a former name, a `ServerIpAddress` with a `ptrRecord`. A delete leaves the record to those that remain, and the last
 * one puts the previous record back, even if another of them has written the one that is there. A destroy checks nothing and
 * deletes in parallel, so the rule is based on the state, and on the deletes that have begun.
 */
export class RemainingRecords {
  /** By address: the states of the resources whose deletes have begun in this operation. */
  private readonly deleted = new Map<string, PtrRecordState[]>();

  /** @param inState as the state was before the first delete; `undefined` where it cannot be read */
  delete(id: string, state: PtrRecordState, inState: readonly StateAddress[] | undefined): Deletion {
    const key = addressKey(id);
    const deleted = [...(this.deleted.get(key) ?? []), state];
    this.deleted.set(key, deleted);
    const declaring = (inState ?? []).filter((one) => isSameAddress(one.id, id) && setsRecord(one));
    const isOurs = (ptrRecord: string) => deleted.some((one) => isOwn(one, ptrRecord));
    const previous = deleted.map(({ previousPtrRecord, ptrRecord }) => previousPtrRecord ?? ptrRecord);
    return {
      isLast: declaring.length <= deleted.length,
      isOurs,
      previousPtrRecord: previous.findLast((one) => !isOurs(one)),
    };
  }
}

interface Deletion {
  isLast: boolean;
  /** The record is one that a resource has written which this operation deletes. */
  isOurs(ptrRecord: string): boolean;
  /** What was there before all of them; `undefined` where nothing else is known to have been there. */
  previousPtrRecord: string | undefined;
}

/** What only looks at an address (`get`) sets no record, nor does a `ServerIpAddress` without a `ptrRecord`. */
const setsRecord = ({ type, external, previousPtrRecord }: StateAddress) =>
  !external && (type === "PtrRecord" || previousPtrRecord !== undefined);
