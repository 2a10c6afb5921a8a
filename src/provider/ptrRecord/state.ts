import { isSamePtrRecord } from "../../model/addresses";
import type { PtrRecordInputs } from "../../model/inputs";

/** The outputs as Pulumi's state holds them; `ptrRecord` as served. */
export interface PtrRecordState extends PtrRecordInputs {
  /** The record to put back; absent where the record is only looked at (`get`). */
  previousPtrRecord?: string;
  /**
   * Where the record that is served may not be this resource's own: what it has written, or may have. Somebody else has
   * changed the record, or a request got no answer.
   */
  written?: string[];
}

/** The record is one that the resource has written itself. */
export const isOwnRecord = (state: PtrRecordState, ptrRecord: string): boolean =>
  writtenRecords(state).some((own) => isSamePtrRecord(own, ptrRecord));

/** After a request of which nobody knows whether it took effect. */
export const writtenInDoubt = (state: PtrRecordState, ptrRecord: string): string[] => [
  ...new Set([...writtenRecords(state), ptrRecord]),
];

/** The state with the record that is served now. */
export function withObservedRecord(state: PtrRecordState, ptrRecord: string): PtrRecordState {
  const { written, ...rest } = state;
  return { ...rest, ptrRecord, ...(!isOwnRecord(state, ptrRecord) && { written: writtenRecords(state) }) };
}

/** The record that is really there is among the inputs: so a refresh shows drift. */
export function inputsOf({ previousPtrRecord, written, ...inputs }: PtrRecordState): PtrRecordInputs {
  return inputs;
}

const writtenRecords = ({ ptrRecord, written = [ptrRecord] }: PtrRecordState): string[] => written;
