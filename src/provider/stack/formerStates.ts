import { canonicalAddress, isSameAddress } from "../../model/addresses";
import type { PtrRecordInputs, ServerIpAddressInputs } from "../../model/inputs";

/*
 * Through an alias with a type, the state of a resource may come from another provider. Until update has rewritten the state,
 * the engine runs read and delete of that other provider.
 */

type OwnType = keyof typeof stableLines;

/** Whether update has to take the state over. Throws if that is not possible without losing something. */
export function needsAddressTakeover(id: string, olds: object, news: ServerIpAddressInputs): boolean {
  const former = foreignOwner("ServerIpAddress", olds, news);
  if (former === undefined) return false;
  if (former === "PtrRecord") {
    throw new Error(
      `${id} belongs to a PtrRecord in the stack's state, and an alias cannot turn that into a ServerIpAddress: remove the alias, and set \`adopt: "${id}"\` to take over the address.`,
    );
  }
  if (news.adopt !== undefined && isSameAddress(news.adopt, id)) return true;
  throw new Error(
    canonicalAddress(id) === undefined
      ? idMismatchMessage(id)
      : `${id} belongs to a resource of another provider in the stack's state: add \`adopt: "${id}"\` to take it over, or remove the alias.`,
  );
}

/** As `needsAddressTakeover`, for a `PtrRecord`. */
export function needsRecordTakeover(id: string, olds: object, news: PtrRecordInputs): boolean {
  const former = foreignOwner("PtrRecord", olds, news);
  if (former === undefined) return false;
  if (former === "ServerIpAddress") {
    throw new Error(
      `${id} belongs to a ServerIpAddress in the stack's state, and an alias cannot turn that into a PtrRecord: remove the alias. To keep the address, run \`pulumi up\` with \`retainOnDelete: true\` on the ServerIpAddress first.`,
    );
  }
  if (isSameAddress(id, news.address)) return true;
  throw new Error(idMismatchMessage(id));
}

const idMismatchMessage = (id: string) =>
  `"${id}" is the id of a resource of another provider in the stack's state, and an alias takes a resource over only if its id is the address: remove the alias, and remove that resource from the state with \`pulumi state delete\` before its provider undoes its changes.`;

/** Which other provider wrote the state; `undefined` if it is the resource's own. */
function foreignOwner(own: OwnType, olds: object, news: object): OwnType | "another" | undefined {
  const [former, present] = [providerLineIn(olds), providerLineIn(news)];
  if (former === undefined || present === undefined) return undefined;
  if (former === present || former.includes(stableLines[own])) return undefined;
  const other = own === "PtrRecord" ? "ServerIpAddress" : "PtrRecord";
  return former.includes(stableLines[other]) ? other : "another";
}

const providerLineIn = (properties: object) => (properties as { __provider?: string }).__provider;

/** Part of `__provider` in every version of this package. Can never change. */
const stableLines = {
  ServerIpAddress: 'require("pulumi-upcloud-ip/provider").serverIpAddress',
  PtrRecord: 'require("pulumi-upcloud-ip/provider").ptrRecord',
};
