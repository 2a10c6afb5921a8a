import { type Family, families } from "../../api/wire";
import { readChoice, readFlag, readObject, SetupError, unexpectedValue } from "../model/checks";
import type { Network, Server } from "../model/entities";
import { isMac } from "../model/identifiers";
import { addressKey, familyOfKey, isReserved, macFromEui64, reservedRanges, upCloudSpelling } from "../model/ipAddress";
import { normalizePtrRecord } from "../model/ptrRecord";
import type { Store } from "./store";

export function addSeedAddress(
  store: Store,
  value: unknown,
  what: string,
  location: Pick<Server, "zone" | "owner"> & { uuid?: string },
): void {
  const given = readObject(value, what, ["family", "access", "partOfPlan", "address", "mac", "ptrRecord"]);
  const family = readChoice(given.family, `${what}.family`, families, "IPv4");
  const access: Network =
    readChoice(given.access, `${what}.access`, ["public", "private", "utility"], "public") === "public"
      ? "public"
      : "private";
  if (access === "private" && family === "IPv6")
    throw unexpectedValue(`${what}.family`, family, "IPv4 on the internal network");
  if (location.uuid !== undefined) requireCapacity(store, location.uuid, family, access, what);
  const key = given.address === undefined ? undefined : readAddress(store, given.address, what, family, access);
  store.addAddress({
    family,
    access,
    zone: location.zone,
    owner: location.owner,
    server: location.uuid,
    floating: location.uuid === undefined,
    address: key && upCloudSpelling(key),
    mac: readMac(store, given.mac, what) ?? (family === "IPv6" && key !== undefined ? macFromEui64(key) : undefined),
    partOfPlan: readFlag(given.partOfPlan, `${what}.partOfPlan`, false),
    ptrRecord: given.ptrRecord === undefined ? undefined : readPtrRecord(store, given.ptrRecord, what, access),
  });
}

function requireCapacity(store: Store, server: string, family: Family, access: Network, what: string): void {
  const { addressLimit, addressLimitCounts } = store.rules;
  const limit = access === "private" ? 1 : addressLimit;
  const present = store
    .addressesOf(server)
    .filter((other) => other.access === access && (addressLimitCounts === "in-all" || other.family === family));
  if (present.length < limit) return;
  throw new SetupError(
    `${what} is one too many: expected at most ${limit} ${access} ${family} address(es) on a server.`,
  );
}

function readAddress(store: Store, value: unknown, what: string, family: Family, access: Network): string {
  const key = typeof value === "string" ? addressKey(value) : undefined;
  if (key === undefined || familyOfKey(key) !== family || !isReserved(key, access)) {
    throw unexpectedValue(`${what}.address`, value, `an ${family} address in ${reservedRanges(access)}`);
  }
  if (store.findAddress(key) !== undefined)
    throw new SetupError(`${what}.address is ${key}: the seed already contains it.`);
  return key;
}

function readMac(store: Store, value: unknown, what: string): string | undefined {
  if (value === undefined) return undefined;
  const mac = typeof value === "string" && isMac(value) ? value.toLowerCase() : undefined;
  if (mac === undefined || store.findInterface(mac) !== undefined) {
    throw unexpectedValue(`${what}.mac`, value, "a MAC address that no other interface has");
  }
  return mac;
}

function readPtrRecord(store: Store, value: unknown, what: string, access: Network): string {
  const stored = typeof value === "string" && access === "public" ? normalizePtrRecord(value, store.rules) : undefined;
  if (stored === undefined || stored === "") {
    throw unexpectedValue(`${what}.ptrRecord`, value, "a fully qualified domain name, on a public address");
  }
  return stored;
}
