import { isIPv4 } from "node:net";
import * as ipaddr from "ipaddr.js";
import type { Access, Family, IpAddressWire } from "../api/wire";

/*
 * UpCloud spells IPv6 addresses in lower case, with the last four groups padded to four digits: not the canonical form of
 * RFC 5952. So addresses are compared by value, and ids contain UpCloud's own spelling.
 */

/** The canonical spelling of RFC 5952; `undefined` for what is not an address. */
export function canonicalAddress(text: string): string | undefined {
  // An IPv4 address has one spelling only; this is called several times for each address.
  return isIPv4(text) ? text : ipv6In(text)?.toString();
}

/** The key of an address in maps and sets: the same for all its spellings. What is not an address is its own key. */
export const addressKey = (text: string): string => canonicalAddress(text) ?? text;

export function isSameAddress(a: string, b: string): boolean {
  if (a === b) return true;
  const canonical = canonicalAddress(a);
  return canonical !== undefined && canonical === canonicalAddress(b);
}

/** UpCloud's spelling in recorded responses. Nothing guarantees that it spells all addresses this way. */
export function upCloudSpelling(address: string): string {
  const parsed = ipv6In(address);
  if (parsed === undefined) return address;
  return [...parsed.parts.slice(0, 4).map((part) => part.toString(16)), ...paddedGroups(parsed)].join(":");
}

export function familyOf(address: string): Family | undefined {
  if (isIPv4(address)) return "IPv4";
  return ipv6In(address) && "IPv6";
}

/** `private` (API 1.2) and `utility` (API 1.3) are the same network. */
export const isSameNetwork = (a: Access, b: Access): boolean => (a === "public") === (b === "public");

/**
 * The PTR record that UpCloud sets by default, if a response reveals it: the current record if that is a default name, or
 * else the name that follows from the zone (API 1.3).
 */
export function defaultPtrRecordIn({ access, address, ptr_record, zone }: IpAddressWire): string | undefined {
  if (access !== "public") return "";
  const name = canonicalName(ptr_record);
  if (name.startsWith(`${defaultHost(address)}.`) && defaultSuffix.test(name)) return name;
  return zone === undefined ? undefined : defaultPtrRecord(address, zone);
}

/** The PTR record that UpCloud sets by default for a public address of this zone. */
export const defaultPtrRecord = (address: string, zone: string): string =>
  `${defaultHost(address)}.${zone}.upcloud.host`;

/** DNS names are case-insensitive, and a trailing dot does not matter. */
export const isSamePtrRecord = (a: string, b: string): boolean => canonicalName(a) === canonicalName(b);

export const canonicalName = (name: string): string => name.toLowerCase().replace(/\.$/, "");

/** Whether nobody has set the record: it is in UpCloud's domain, or empty as on the internal network. */
export const isGivenByUpCloud = (ptrRecord: string): boolean =>
  ptrRecord === "" || defaultSuffix.test(canonicalName(ptrRecord));

/** `.upcloud.host` now, `.host.upcloud.com` for addresses assigned before 2019. */
const defaultSuffix = /\.(upcloud\.host|host\.upcloud\.com)$/;

function defaultHost(address: string): string {
  const parsed = ipv6In(address);
  if (parsed === undefined) return address.replaceAll(".", "-");
  return `${paddedGroups(parsed).join("-")}.v6`;
}

const paddedGroups = ({ parts }: ipaddr.IPv6) => parts.slice(4).map((part) => part.toString(16).padStart(4, "0"));

function ipv6In(text: string): ipaddr.IPv6 | undefined {
  if (text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  // An embedded IPv4 address has to be as strict as any other: ipaddr.js accepts `010` there.
  const end = text.slice(text.lastIndexOf(":") + 1);
  if (end.includes(".") && !isIPv4(end)) return undefined;
  return ipaddr.IPv6.parse(text);
}
