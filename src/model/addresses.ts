import { isIPv4 } from "node:net";
import * as ipaddr from "ipaddr.js";
import type { Access, Family, IpAddressWire } from "../api/wire";

/*
 * UpCloud spells IPv6 addresses in lower case with the last four groups padded to four digits, which is not the
 * canonical form of RFC 5952. So addresses are compared by value, and UpCloud's own spelling is what ids hold.
 */

/** The canonical spelling of RFC 5952, or `undefined` for what is no address. */
export function canonicalAddress(text: string): string | undefined {
  // Four decimals have no other spelling, and are asked for several times with each address.
  return isIPv4(text) ? text : ipv6In(text)?.toString();
}

/** One text for all spellings of an address, by which maps and sets hold it; what is no address stands for itself. */
export const addressKey = (text: string): string => canonicalAddress(text) ?? text;

export function isSameAddress(a: string, b: string): boolean {
  if (a === b) return true;
  const canonical = canonicalAddress(a);
  return canonical !== undefined && canonical === canonicalAddress(b);
}

/** The spelling that recorded answers have. Nothing guarantees that all addresses are spelled so. */
export function upCloudSpelling(address: string): string {
  const parsed = ipv6In(address);
  if (parsed === undefined) return address;
  return [...parsed.parts.slice(0, 4).map((part) => part.toString(16)), ...paddedGroups(parsed)].join(":");
}

export function familyOf(address: string): Family | undefined {
  if (isIPv4(address)) return "IPv4";
  return ipv6In(address) && "IPv6";
}

/** `private` and `utility` are two versions' words for the internal network. */
export const isSameNetwork = (a: Access, b: Access): boolean => (a === "public") === (b === "public");

/**
 * The name that UpCloud gives a public address by itself, as far as an answer tells it: the record in it where that is
 * such a name, or the one that the zone (API 1.3) makes certain.
 */
export function defaultPtrRecordIn({ access, address, ptr_record, zone }: IpAddressWire): string | undefined {
  if (access !== "public") return "";
  const name = canonicalName(ptr_record);
  if (name.startsWith(`${defaultHost(address)}.`) && defaultSuffix.test(name)) return name;
  return zone === undefined ? undefined : defaultPtrRecord(address, zone);
}

/** The name that UpCloud gives a public address of this zone by itself. */
export const defaultPtrRecord = (address: string, zone: string): string =>
  `${defaultHost(address)}.${zone}.upcloud.host`;

/** DNS names are the same in upper and lower case, with and without the root's dot. */
export const isSamePtrRecord = (a: string, b: string): boolean => canonicalName(a) === canonicalName(b);

export const canonicalName = (name: string): string => name.toLowerCase().replace(/\.$/, "");

/** A record that nobody has set: in UpCloud's own domain, or none, as on the internal network. */
export const isGivenByUpCloud = (ptrRecord: string): boolean =>
  ptrRecord === "" || defaultSuffix.test(canonicalName(ptrRecord));

/** `.upcloud.host` today, `.host.upcloud.com` on addresses from before 2019. */
const defaultSuffix = /\.(upcloud\.host|host\.upcloud\.com)$/;

function defaultHost(address: string): string {
  const parsed = ipv6In(address);
  if (parsed === undefined) return address.replaceAll(".", "-");
  return `${paddedGroups(parsed).join("-")}.v6`;
}

const paddedGroups = ({ parts }: ipaddr.IPv6) => parts.slice(4).map((part) => part.toString(16).padStart(4, "0"));

function ipv6In(text: string): ipaddr.IPv6 | undefined {
  if (text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  // An IPv4 address at its end is as strict as one of its own: ipaddr.js reads `010` as it likes there.
  const end = text.slice(text.lastIndexOf(":") + 1);
  if (end.includes(".") && !isIPv4(end)) return undefined;
  return ipaddr.IPv6.parse(text);
}
