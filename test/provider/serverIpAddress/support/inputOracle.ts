/*
 * What a `ServerIpAddress` may be given, written down a second time from UpCloud's documentation and the RFCs, character
 * by character and without looking at the lifecycle: it accepts or refuses, and has no messages.
 */

export function isAcceptable(declared: Record<string, unknown>): boolean {
  const given = new Map(Object.entries(declared).filter(([, value]) => value !== undefined && value !== null));
  const allowed = ["server", "family", "access", "ptrRecord", "adopt", "powerCycle", "timeouts"];
  if ([...given.keys()].some((property) => !allowed.includes(property)) || !given.has("server")) return false;
  const fits = (property: string, rule: (value: unknown) => boolean) =>
    !given.has(property) || isUnknown(given.get(property)) || rule(given.get(property));
  if (!fits("server", isUuid) || !fits("family", isOneOf("IPv4", "IPv6"))) return false;
  if (!fits("access", isOneOf("public", "private", "utility"))) return false;
  if (!fits("ptrRecord", isHostName) || !fits("adopt", isAddress)) return false;
  if (!fits("powerCycle", isPowerCycle) || !fits("timeouts", isTimeouts)) return false;
  return isConsistent(given);
}

/** The API's table: the internal network has IPv4 only, and only public addresses have a PTR record. */
function isConsistent(given: ReadonlyMap<string, unknown>): boolean {
  const family = given.get("family") ?? "IPv4";
  const isInternal = given.get("access") === "private" || given.get("access") === "utility";
  if (isInternal && (family === "IPv6" || given.has("ptrRecord"))) return false;
  const adopt = given.get("adopt");
  if (adopt === undefined || isUnknown(adopt) || isUnknown(family)) return true;
  return (family === "IPv4") === isIPv4(String(adopt));
}

/** Pulumi's stand-in for what a preview does not know. */
const isUnknown = (value: unknown) => value === "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const isOneOf =
  (...words: string[]) =>
  (value: unknown) =>
    words.some((word) => word === value);

const consistsOf = (characters: string, text: string) => [...text].every((one) => characters.includes(one));
const digits = "0123456789";
const hexDigits = `${digits}abcdefABCDEF`;
const alphanumerics = `${digits}abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ`;

/** RFC 4122, section 3: 8-4-4-4-12 hexadecimal digits, upper and lower case alike. */
function isUuid(value: unknown): boolean {
  if (typeof value !== "string" || value.length !== 36) return false;
  const groups = value.split("-");
  return String(groups.map(({ length }) => length)) === "8,4,4,4,12" && consistsOf(hexDigits, groups.join(""));
}

/** RFC 952 and RFC 1123, section 2.1, in at most 253 characters; fully qualified, with or without the root's dot. */
function isHostName(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const name = value.endsWith(".") ? value.slice(0, -1) : value;
  const labels = name.split(".");
  const isLabel = (label: string) =>
    label.length >= 1 &&
    label.length <= 63 &&
    consistsOf(`${alphanumerics}-`, label) &&
    !label.startsWith("-") &&
    !label.endsWith("-");
  // RFC 1123: the highest-level label is alphabetic, so that no name looks like an address. Punycode has hyphens there.
  return name.length <= 253 && labels.length >= 2 && labels.every(isLabel) && !consistsOf(digits, labels.at(-1) ?? "");
}

const isAddress = (value: unknown) => typeof value === "string" && (isIPv4(value) || isIPv6(value));

/** Four decimal numbers as UpCloud writes them: a leading zero means octal to some readers, and nothing to others. */
function isIPv4(text: string): boolean {
  const parts = text.split(".");
  const isByte = (part: string) =>
    part.length >= 1 && part.length <= 3 && consistsOf(digits, part) && Number(part) <= 255;
  return parts.length === 4 && parts.every((part) => isByte(part) && (part === "0" || !part.startsWith("0")));
}

/** RFC 4291, section 2.2: eight groups, or fewer with one `::`, the last two perhaps as an IPv4 address; no zone. */
function isIPv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const sizes = halves.map((half, index) => groupsIn(half, index === halves.length - 1));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return halves.length === 2 ? total <= 7 : total === 8;
}

/** How many groups of 16 bits; not a number where one is none. */
function groupsIn(half: string, isLast: boolean): number {
  if (half === "") return isLast || half === "" ? 0 : Number.NaN;
  const groups = half.split(":");
  return groups.reduce((sum, group, index) => {
    if (isLast && index === groups.length - 1 && isIPv4(group)) return sum + 2;
    const isGroup = group.length >= 1 && group.length <= 4 && consistsOf(hexDigits, group);
    return isGroup ? sum + 1 : Number.NaN;
  }, 0);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const partsOf = (record: object) => Object.entries(record).filter(([, value]) => value !== undefined && value !== null);

/** UpCloud's stop takes a type and 1 to 600 seconds. */
function isPowerCycle(value: unknown): boolean {
  if (typeof value === "boolean") return true;
  if (!isRecord(value)) return false;
  return partsOf(value).every(([name, part]) => {
    if (name === "stopType") return isUnknown(part) || part === "soft" || part === "hard";
    if (name !== "timeoutSeconds") return false;
    return isUnknown(part) || (typeof part === "number" && part >= 1 && part <= 600 && part % 1 === 0);
  });
}

function isTimeouts(value: unknown): boolean {
  if (!isRecord(value)) return false;
  return partsOf(value).every(
    ([name, part]) => ["create", "update", "delete"].includes(name) && (isUnknown(part) || isDuration(part)),
  );
}

/** Amounts with units, one after the other; 1 ms to what a timer holds. */
function isDuration(value: unknown): boolean {
  if (typeof value !== "string" || value === "") return false;
  let rest = value;
  let ms = 0;
  while (rest !== "") {
    const [part, amount, unit] = /^([0-9]+(?:\.[0-9]+)?)(ms|h|m|s)/.exec(rest) ?? [];
    if (part === undefined) return false;
    ms += Number(amount) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit as "ms" | "s" | "m" | "h"];
    rest = rest.slice(part.length);
  }
  return Math.round(ms) >= 1 && Math.round(ms) <= 2 ** 31 - 1;
}
