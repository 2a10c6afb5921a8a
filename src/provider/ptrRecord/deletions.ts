import { addressKey } from "../../model/addresses";
import { isDeleting, recordRemains, settersOf } from "../stack/ownership";
import type { StateCache } from "../stack/stateCache";
import { isOwnRecord, type PtrRecordState } from "./state";

/**
 * Decides which delete restores the previous PTR record, if several resources of the stack set the record of an address: a
 * `PtrRecord`, its copy under a former name, a `ServerIpAddress` with a `ptrRecord`. The last one of them does, even if
 * another deleted one wrote the present record. See decisions/0006-previous-ptr-record.md.
 */
export class RecordDeletions {
  /** By address: the states whose deletes have begun in this operation. */
  private readonly begun = new Map<string, PtrRecordState[]>();

  constructor(
    private readonly stack: StateCache,
    /** Whether the operation may create resources, in another provider process too. */
    private readonly mayCreate: () => boolean,
  ) {}

  /** `undefined`: another resource that sets the record remains, so there is nothing to restore. */
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

  /** From the stack's state, since a destroy checks nothing. Without the state, this resource is assumed to be the only one. */
  private async hasRemainingSetter(id: string): Promise<boolean> {
    const isOurStack = isDeleting("PtrRecord", id);
    try {
      // A state that was read earlier in the operation lacks what has been created since.
      const isFresh = this.mayCreate();
      const known = await (isFresh ? this.stack.fresh(isOurStack) : this.stack.cached(isOurStack));
      if (settersOf(known, id).length <= 1) return false;
      // Only a fresh state shows which of them are being deleted.
      return recordRemains(isFresh ? known : await this.stack.fresh(isOurStack), id);
    } catch {
      return false;
    }
  }
}

interface Restoration {
  /** Whether one of the deleted resources wrote the record. */
  isOurs(ptrRecord: string): boolean;
  /** `undefined` if no previous record is known. */
  previousPtrRecord: string | undefined;
}
