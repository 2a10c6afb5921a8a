import { isDeepStrictEqual } from "node:util";
import { isSameAddress, isSamePtrRecord } from "../../model/addresses";
import type { PtrRecordInputs } from "../../model/inputs";
import { needsRecordTakeover } from "../stack/formerStates";
import type { PtrRecordState } from "./state";

/** Pure. Throws if the state is another resource type's and cannot be taken over. */
export function diffPtrRecord(
  id: string,
  olds: PtrRecordState,
  news: PtrRecordInputs,
): { changes: boolean; replaces?: string[] } {
  if (needsRecordTakeover(id, olds, news)) return { changes: true };
  if (!isSameAddress(id, news.address)) return { changes: true, replaces: ["address"] };
  const changes =
    olds.written !== undefined ||
    !isSamePtrRecord(olds.ptrRecord, news.ptrRecord) ||
    !isDeepStrictEqual(olds.waitForForwardRecord, news.waitForForwardRecord) ||
    !isDeepStrictEqual(olds.timeouts, news.timeouts);
  return { changes };
}
