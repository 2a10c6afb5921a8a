import { isDeepStrictEqual } from "node:util";
import { isSameAddress, isSamePtrRecord } from "../../model/addresses";
import type { PtrRecordInputs } from "../../model/inputs";
import { isTakenOverRecord } from "../stack/formerStates";
import type { PtrRecordState } from "./state";

/** Pure. Throws where the state is that of another kind of resource, and nothing can be taken over. */
export function diffPtrRecord(
  id: string,
  olds: PtrRecordState,
  news: PtrRecordInputs,
): { changes: boolean; replaces?: string[] } {
  if (isTakenOverRecord(id, olds, news)) return { changes: true };
  if (!isSameAddress(id, news.address)) return { changes: true, replaces: ["address"] };
  const changes =
    olds.written !== undefined ||
    !isSamePtrRecord(olds.ptrRecord, news.ptrRecord) ||
    !isDeepStrictEqual(olds.waitForForwardRecord, news.waitForForwardRecord) ||
    !isDeepStrictEqual(olds.timeouts, news.timeouts);
  return { changes };
}
