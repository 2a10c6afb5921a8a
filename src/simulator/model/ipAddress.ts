import * as ipaddr from "ipaddr.js";
import type { Family } from "../../api/wire";

/**
 * The canonical form of an address, to compare with: `2001:DB8::1` and `2001:0db8:0:0:0:0:0:1` have the same key.
 * Undefined if the text is not an address.
 */
export function addressKey(text: string): string | undefined {
  if (dottedDecimal.test(text)) return text;
  // The most frequent form; the library takes ten times as long.
  if (/^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}$/i.test(text)) return text.split(":").map(trimGroup).join(":");
  if (!/^[0-9a-f:.]+$/i.test(text) || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.IPv6.parse(text).toNormalizedString();
}

/** Without leading zeros, which some programs read as octal. */
const dottedDecimal = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

export function familyOfKey(key: string): Family {
  return key.includes(":") ? "IPv6" : "IPv4";
}

const rangesOf = {
  public: ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "2001:db8::/32"],
  private: ["10.0.0.0/8"],
} as const;

/** Whether an address is in the reserved ranges, so that it is not the real address of anyone. */
export function isReserved(key: string, network: keyof typeof rangesOf): boolean {
  const address = ipaddr.parse(key);
  return rangesOf[network].some((range) => {
    const [base, bits] = ipaddr.parseCIDR(range);
    return base.kind() === address.kind() && address.match(base, bits);
  });
}

export const reservedRanges = (network: keyof typeof rangesOf) => rangesOf[network].join(", ");

type MacBytes = [number, number, number, number, number, number];

/** The EUI-64 address of a network interface, in UpCloud's spelling. */
export function eui64Address(prefix: string, mac: string): string {
  const bytes = mac.split(":").map((byte) => Number.parseInt(byte, 16));
  const [first, second, third, fourth, fifth, sixth] = bytes as MacBytes;
  const groups = [((first ^ 2) << 8) | second, (third << 8) | 0xff, 0xfe00 | fourth, (fifth << 8) | sixth];
  return `${prefix}:${groups.map(padGroup).join(":")}`;
}

/** The MAC address in an EUI-64 address. Undefined for other addresses. */
export function macFromEui64(key: string): string | undefined {
  const bytes = ipaddr.IPv6.parse(key).toByteArray().slice(8);
  const [first, second, third, ff, fe, fourth, fifth, sixth] = bytes as [...MacBytes, number, number];
  if (ff !== 0xff || fe !== 0xfe) return undefined;
  return [first ^ 2, second, third, fourth, fifth, sixth].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** UpCloud's spelling of an address: only the last four groups of an IPv6 address are padded with zeros. */
export function upCloudSpelling(key: string): string {
  if (familyOfKey(key) === "IPv4") return key;
  const groups = ipaddr.IPv6.parse(key).parts;
  return [...groups.slice(0, 4).map((group) => group.toString(16)), ...groups.slice(4).map(padGroup)].join(":");
}

function padGroup(group: number): string {
  return group.toString(16).padStart(4, "0");
}

function trimGroup(group: string): string {
  return Number.parseInt(group, 16).toString(16);
}
