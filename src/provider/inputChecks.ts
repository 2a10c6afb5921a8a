import { domainToASCII } from "node:url";
import { closest, distance } from "fastest-levenshtein";
import { accesses, families } from "../api/wire";
import { canonicalAddress, canonicalName, familyOf } from "./addresses";
import { parseDuration } from "./durations";
import type { ServerIpAddressInputs } from "./inputs";
import { isUnknown } from "./unknown";

export interface CheckFailure {
  property: string;
  reason: string;
}

export interface Checked {
  /** Defaults filled in and canonical forms; what failed stays as it came. */
  inputs: Record<string, unknown>;
  failures: CheckFailure[];
}

/** Pure, never throws: what a `ServerIpAddress` may be given, as far as that can be told without asking UpCloud. */
export function checkServerIpAddress(news: Record<string, unknown>): Checked {
  const inputs: Record<string, unknown> = {};
  const failures: CheckFailure[] = [];
  for (const [property, value] of Object.entries({ ...defaults, ...withoutAbsent(news) })) {
    const rule = isOwn(rules, property) ? rules[property] : undefined;
    const outcome = rule === undefined ? unknownProperty(property) : isUnknown(value) ? { value } : rule(value);
    inputs[property] = "value" in outcome ? outcome.value : value;
    if ("reason" in outcome) failures.push({ property, reason: outcome.reason });
  }
  if (inputs.server === undefined) {
    failures.push({ property: "server", reason: `expected ${expectedServer}, got nothing: give the server's UUID` });
  }
  if (failures.length === 0) failures.push(...contradictions(inputs as Partial<ServerIpAddressInputs>));
  return { inputs, failures };
}

const defaults = { family: "IPv4", access: "public" };

/** The value in its canonical form, or why it is refused. */
type Outcome = { value: unknown } | { reason: string };
type Rule = (value: unknown) => Outcome;

const rules: { [property in Exclude<keyof ServerIpAddressInputs, `__${string}`>]-?: Rule } = {
  server: (value) =>
    typeof value === "string" && uuidForm.test(value)
      ? { value: value.toLowerCase() }
      : refuse(expectedServer, value, "copy it from UpCloud's control panel or from `upctl server list`"),
  family: (value) => oneOf(families, value),
  access: (value) => oneOf(accesses, value),
  ptrRecord,
  adopt: (value) => {
    const address = typeof value === "string" ? canonicalAddress(value) : undefined;
    return address === undefined
      ? refuse("an IP address that is already on the server, such as 198.51.100.7", value)
      : { value: address };
  },
  powerCycle: checkPowerCycle,
  timeouts: (value) => {
    const expected = 'durations such as { create: "10m", update: "5m", delete: "1h30m" }';
    if (!isRecord(value)) return refuse(expected, value);
    for (const [operation, duration] of Object.entries(withoutAbsent(value))) {
      if (!operations.includes(operation)) return refuse(expected, value, `${operation} is no part of it`);
      const fits = isUnknown(duration) || (typeof duration === "string" && parseDuration(duration) !== undefined);
      if (!fits) return refuse(expected, value, `${operation} is no duration between 1ms and 24 days`);
    }
    return { value: withoutAbsent(value) };
  },
};

const operations = ["create", "update", "delete"];
const expectedServer = "the UUID of a server, such as 009d64ef-31d1-4684-a26b-c86c955cbf46";
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Host names as in RFC 1123, section 2.1: letters, digits and hyphens, two labels at least. */
function ptrRecord(value: unknown): Outcome {
  const expected = "a fully qualified domain name such as mail.example.com";
  if (typeof value !== "string") return refuse(expected, value);
  if (value === "") return refuse(expected, value, "leave ptrRecord out to have UpCloud's default name");
  const name = canonicalName(value);
  if (/[^\p{ASCII}]/u.test(name)) {
    const ascii = domainToASCII(name);
    return refuse(expected, value, ascii === "" ? "use ASCII letters only" : `write it as "${ascii}"`);
  }
  const labels = name.split(".");
  if (name.length > 253) return refuse(expected, value, "a name has at most 253 characters");
  if (labels.length < 2) return refuse(expected, value, "give the domain too");
  const stray = labels.find((label) => !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  if (stray !== undefined) {
    return refuse(
      expected,
      value,
      `"${stray}" is no label of 1 to 63 letters, digits and hyphens that starts and ends with a letter or digit`,
    );
  }
  return /^\d+$/.test(labels.at(-1) ?? "")
    ? refuse(expected, value, "a top-level domain is never a number")
    : { value: name };
}

/** Also the rule for `upcloud:powerCycle`. */
export function checkPowerCycle(value: unknown): Outcome {
  if (typeof value === "boolean") return { value };
  const expected = 'true, false or { stopType: "soft" | "hard", timeoutSeconds: 1 to 600 }';
  if (!isRecord(value)) return refuse(expected, value);
  const { stopType = "soft", timeoutSeconds = 1, ...others } = withoutAbsent(value);
  const stray = Object.keys(others)[0];
  if (stray !== undefined) return refuse(expected, value, `${stray} is no part of it`);
  const stopTypeFits = isUnknown(stopType) || stopType === "soft" || stopType === "hard";
  const timeoutFits =
    isUnknown(timeoutSeconds) ||
    (Number.isInteger(timeoutSeconds) && Number(timeoutSeconds) >= 1 && Number(timeoutSeconds) <= 600);
  return stopTypeFits && timeoutFits ? { value: withoutAbsent(value) } : refuse(expected, value);
}

function contradictions(inputs: Partial<ServerIpAddressInputs>): CheckFailure[] {
  const { family, access, ptrRecord, adopt } = inputs;
  const failures: CheckFailure[] = [];
  const onInternalNetwork = access === "private" || access === "utility";
  if (onInternalNetwork && family === "IPv6") {
    failures.push({
      property: "family",
      reason: `expected "IPv4" with access "${access}", got "IPv6": UpCloud's internal network has IPv4 addresses only`,
    });
  }
  if (onInternalNetwork && ptrRecord !== undefined) {
    failures.push({
      property: "ptrRecord",
      reason: `expected no ptrRecord with access "${access}", got ${show(ptrRecord)}: only public addresses have PTR records`,
    });
  }
  const adoptedFamily = adopt === undefined ? undefined : familyOf(adopt);
  if (adoptedFamily !== undefined && !isUnknown(family) && adoptedFamily !== family) {
    failures.push({
      property: "adopt",
      reason: `expected an ${family} address, as family says, got ${show(adopt)}: correct family or adopt`,
    });
  }
  return failures;
}

function oneOf(allowed: readonly string[], value: unknown): Outcome {
  return allowed.includes(value as string) ? { value } : refuse(listOf(allowed), value);
}

function unknownProperty(property: string): Outcome {
  const known = Object.keys(rules);
  const nearest = closest(property, known);
  const advice = distance(property, nearest) <= 1 + property.length / 3 ? `did you mean ${nearest}?` : "take it out";
  return { reason: `expected one of ${known.join(", ")}, got the property "${property}": ${advice}` };
}

function refuse(expected: string, value: unknown, advice?: string): { reason: string } {
  return { reason: `expected ${expected}, got ${show(value)}${advice === undefined ? "" : `: ${advice}`}` };
}

/** The value as its author wrote it, cut to a length that fits in a message. */
function show(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = `a ${typeof value}`;
  }
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

const listOf = (allowed: readonly string[]) => allowed.map((word) => `"${word}"`).join(" or ");

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isOwn = <T extends object>(object: T, key: PropertyKey): key is keyof T => Object.hasOwn(object, key);

const withoutAbsent = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== null));
