import type { ListedAddress } from "../api/responses";
import { accesses, families } from "../api/wire";
import { addressKey, isSameNetwork, isSamePtrRecord } from "../model/addresses";
import { addressFromWire } from "../model/addressFromWire";
import { ipAddress, ptrRecord, server } from "../model/inputRules";
import { messageOf } from "../model/messageOf";
import { checkEach, hasPassed, oneOf, type Rules, type WhenAbsent } from "../model/rules";
import { listOfThisRun } from "./addressList";
import { LookUpError } from "./lookUpError";
import type { GetIpAddressArgs, GetIpAddressesArgs, GetIpAddressesResult, GetIpAddressResult } from "./types";

/* Loaded by `getIpAddresses.ts` with the first look-up of a program. */

interface LookUpContext {
  /** The inputs come from resources: the list has to include what those have created. */
  needsFreshList: boolean;
  /** Of the explicit provider in the options, by full key. */
  settings: Readonly<Record<string, string>> | undefined;
}

export async function getIpAddress(
  args: object,
  { needsFreshList, settings }: LookUpContext,
): Promise<GetIpAddressResult> {
  return withLookUpError("getIpAddress", async () => {
    const { address } = checkArgs<GetIpAddressArgs>(addressRules, args, requiredAddress);
    const list = listOfThisRun(settings);
    const found =
      byAddress(needsFreshList ? await list.fresh() : await list.cached()).get(address) ??
      // Somebody, perhaps this program, may have assigned it since the list was read.
      (needsFreshList ? undefined : byAddress(await list.fresh()).get(address));
    if (found !== undefined) return resultOf(found);
    throw new Error(
      `there is no address ${address} in the UpCloud account: correct \`address\`. Only upcloud:apiVersion 1.3 lists floating addresses that are not attached to a server.`,
    );
  });
}

export async function getIpAddresses(
  args: object,
  { needsFreshList, settings }: LookUpContext,
): Promise<GetIpAddressesResult> {
  return withLookUpError("getIpAddresses", async () => {
    const filter = checkArgs<GetIpAddressesArgs>(filterRules, args, {});
    const list = listOfThisRun(settings);
    const addresses = needsFreshList ? await list.fresh() : await list.cached();
    return addresses.filter((address) => fits(address, filter)).map(resultOf);
  });
}

const requiredAddress = {
  address: { expected: "an IP address of the account, such as 198.51.100.7", advice: "set `address`" },
};
const addressRules: Rules<GetIpAddressArgs> = { address: ipAddress(requiredAddress.address.expected) };
const filterRules: Rules<GetIpAddressesArgs> = {
  server,
  family: oneOf(families),
  access: oneOf(accesses),
  ptrRecord: ptrRecord("omit `ptrRecord` to find addresses with any record"),
};

function checkArgs<Args>(rules: Rules<Args>, args: object, whenAbsent: WhenAbsent<Args>): Args {
  const checked = checkEach(rules, { ...args }, whenAbsent);
  if (hasPassed(checked)) return checked.inputs;
  throw new Error(checked.failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "));
}

const fits = (one: ListedAddress, { server, family, access, ptrRecord }: GetIpAddressesArgs): boolean =>
  (server === undefined || one.server === server) &&
  (family === undefined || one.family === family) &&
  (access === undefined || isSameNetwork(one.access, access)) &&
  (ptrRecord === undefined || isSamePtrRecord(one.ptr_record, ptrRecord));

const indexes = new WeakMap<readonly ListedAddress[], Map<string, ListedAddress>>();

/** Built once for each list, however many look-ups share it. */
function byAddress(list: readonly ListedAddress[]): Map<string, ListedAddress> {
  const index = indexes.get(list) ?? new Map(list.map((one) => [addressKey(one.address), one]));
  indexes.set(list, index);
  return index;
}

function resultOf(listed: ListedAddress): GetIpAddressResult {
  if (listed.malformed === undefined) return addressFromWire(listed);
  throw new Error(
    `UpCloud's list of addresses is not as documented for ${listed.address}: ${listed.malformed}. If it persists, update pulumi-upcloud-ip, or report it.`,
  );
}

async function withLookUpError<T>(name: string, lookUp: () => Promise<T>): Promise<T> {
  try {
    return await lookUp();
  } catch (cause) {
    throw new LookUpError(`${name}: ${messageOf(cause)}`);
  }
}
