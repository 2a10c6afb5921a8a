import { isSamePtrRecord } from "../../model/addresses";
import type { PtrRecordInputs } from "../../model/inputs";

/** The outputs in Pulumi's state. `ptrRecord` is the record that UpCloud returned last. */
export interface PtrRecordState extends PtrRecordInputs {
  /** The record that delete restores; absent if the resource only reads (`get`). */
  previousPtrRecord?: string;
  /**
   * The records that this resource wrote, or may have written. Present only while the live record may be another one:
   * somebody else changed it, or the answer to a request was lost.
   */
  written?: string[];
}

/** Whether the resource wrote the record, or may have. */
export const isOwnRecord = (state: PtrRecordState, ptrRecord: string): boolean =>
  writtenRecords(state).some((own) => isSamePtrRecord(own, ptrRecord));

/** `written` after a request for the record that may have taken effect. */
export const writtenInDoubt = (state: PtrRecordState, ptrRecord: string): string[] => [
  ...new Set([...writtenRecords(state), ptrRecord]),
];

/** The state with the present record. */
export function withObservedRecord(state: PtrRecordState, ptrRecord: string): PtrRecordState {
  const { written, ...rest } = state;
  return { ...rest, ptrRecord, ...(!isOwnRecord(state, ptrRecord) && { written: writtenRecords(state) }) };
}

/** With the present record as an input, so that a refresh shows drift. */
export function inputsOf({ previousPtrRecord, written, ...inputs }: PtrRecordState): PtrRecordInputs {
  return inputs;
}

const writtenRecords = ({ ptrRecord, written = [ptrRecord] }: PtrRecordState): string[] => written;
