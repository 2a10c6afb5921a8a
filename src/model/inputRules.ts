import { domainToASCII } from "node:url";
import { canonicalAddress, canonicalName } from "./addresses";
import { parseDuration } from "./durations";
import type { PowerCycleInput, Timeouts, WaitForForwardRecord } from "./inputs";
import { isRecord, type Outcome, type Rule, refuse, withoutAbsent } from "./rules";
import { isUnknown } from "./unknown";

/* The rules of properties that resources and look-ups share. */

export const expectedServer = "the UUID of a server, such as 009d64ef-31d1-4684-a26b-c86c955cbf46";

export const server: Rule<string> = (value) =>
  typeof value === "string" && uuidForm.test(value)
    ? { value: value.toLowerCase() }
    : refuse(expectedServer, value, "copy it from UpCloud's control panel or from `upctl server list`");

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const ipAddress =
  (expected: string): Rule<string> =>
  (value) => {
    const address = typeof value === "string" ? canonicalAddress(value) : undefined;
    return address === undefined ? refuse(expected, value) : { value: address };
  };

/** A host name as in RFC 1123, section 2.1: at least two labels of letters, digits and hyphens. */
export const ptrRecord =
  (adviceWhenEmpty: string): Rule<string> =>
  (value) => {
    const expected = "a fully qualified domain name such as mail.example.com";
    if (typeof value !== "string") return refuse(expected, value);
    if (value === "") return refuse(expected, value, adviceWhenEmpty);
    const name = canonicalName(value);
    const fault = /[^\p{ASCII}]/u.test(name) ? adviceInAscii(domainToASCII(name)) : faultOfName(name);
    return fault === undefined ? { value: name } : refuse(expected, value, fault);
  };

function faultOfName(name: string): string | undefined {
  if (name.length > 253) return "a name has at most 253 characters";
  const labels = name.split(".");
  if (labels.length < 2) return "add the domain";
  const stray = labels.find((label) => !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  if (stray !== undefined) {
    return `"${stray}" is not a label of 1 to 63 letters, digits and hyphens that starts and ends with a letter or digit`;
  }
  return /\.\d+$/.test(name) ? "a top-level domain is never a number" : undefined;
}

/** Recommends no spelling that would be refused in turn. */
function adviceInAscii(ascii: string) {
  return faultOfName(ascii) === undefined ? `write it as "${ascii}"` : "use ASCII letters, digits and hyphens only";
}

/** Also the rule for `upcloud:powerCycle`. */
export function powerCycle(value: unknown): Outcome<PowerCycleInput> {
  if (typeof value === "boolean") return { value };
  const expected = 'true, false or { stopType: "soft" | "hard", timeoutSeconds: 1 to 600 }';
  if (!isRecord(value)) return refuse(expected, value);
  const { stopType = "soft", timeoutSeconds = 1, ...others } = withoutAbsent(value);
  const stray = Object.keys(others)[0];
  if (stray !== undefined) return refuse(expected, value, `${stray} is not a property of it`);
  const stopTypeFits = isUnknown(stopType) || stopType === "soft" || stopType === "hard";
  return stopTypeFits && isSeconds(timeoutSeconds, 600) ? { value: withoutAbsent(value) } : refuse(expected, value);
}

export function waitForForwardRecord(value: unknown): Outcome<WaitForForwardRecord> {
  if (typeof value === "boolean") return { value };
  const expected = "true, false or { timeoutSeconds: 1 to 3600 }";
  if (!isRecord(value)) return refuse(expected, value);
  const { timeoutSeconds = 1, ...others } = withoutAbsent(value);
  const stray = Object.keys(others)[0];
  if (stray !== undefined) return refuse(expected, value, `${stray} is not a property of it`);
  return isSeconds(timeoutSeconds, 3600) ? { value: withoutAbsent(value) } : refuse(expected, value);
}

export const timeouts: Rule<Timeouts> = (value) => {
  const expected = 'durations such as { create: "10m", update: "5m", delete: "1h30m" }';
  if (!isRecord(value)) return refuse(expected, value);
  for (const [operation, duration] of Object.entries(withoutAbsent(value))) {
    if (!operations.includes(operation)) return refuse(expected, value, `${operation} is not a property of it`);
    const fits = isUnknown(duration) || (typeof duration === "string" && parseDuration(duration) !== undefined);
    if (!fits) return refuse(expected, value, `${operation} is not a duration from 1ms to 24.8 days`);
  }
  return { value: withoutAbsent(value) };
};

const operations = ["create", "update", "delete"];

const isSeconds = (value: unknown, max: number) =>
  isUnknown(value) || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max);
