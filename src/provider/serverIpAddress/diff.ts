import { isDeepStrictEqual } from "node:util";
import { isSameAddress, isSameNetwork, isSamePtrRecord } from "../../model/addresses";
import type { ServerIpAddressInputs } from "../../model/inputs";
import { needsAddressTakeover } from "../stack/formerStates";
import type { ServerIpAddressState } from "./state";

export interface Difference {
  changes: boolean;
  /** The changed inputs that replace the address; absent if the resource keeps it. */
  replaces?: string[];
}

/** Pure. Throws if the state is another resource type's and cannot be taken over. */
export function diffServerIpAddress(id: string, olds: ServerIpAddressState, news: ServerIpAddressInputs): Difference {
  if (needsAddressTakeover(id, olds, news)) return { changes: true };
  const replaces = [
    ...(olds.server === news.server ? [] : ["server"]),
    ...(olds.family === news.family ? [] : ["family"]),
    ...(isSameNetwork(olds.access, news.access) ? [] : ["access"]),
    ...(news.adopt === undefined || isSameAddress(news.adopt, id) ? [] : ["adopt"]),
  ];
  if (replaces.length > 0) return { changes: true, replaces };
  const changes =
    olds.leftStopped === true ||
    (news.ptrRecord !== undefined && !isSamePtrRecord(olds.ptrRecord, news.ptrRecord)) ||
    (olds.managesPtrRecord ?? false) !== (news.ptrRecord !== undefined) ||
    olds.releasePolicy !== news.releasePolicy ||
    !isDeepStrictEqual(olds.powerCycle, news.powerCycle) ||
    !isDeepStrictEqual(olds.timeouts, news.timeouts);
  return { changes };
}
