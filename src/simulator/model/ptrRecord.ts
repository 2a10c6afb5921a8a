import { familyOfKey } from "./ipAddress";
import type { Rules } from "./rules";

/** The form in which a PTR record is stored, or undefined if it is invalid. The empty string means the default name. */
export function normalizePtrRecord(sent: string, rules: Rules): string | undefined {
  if (sent === "") return rules.ptrEmpty === "reset" ? "" : undefined;
  const hasDot = sent.endsWith(".");
  if (hasDot && rules.ptrTrailingDot === "refuse") return undefined;
  const name = hasDot ? sent.slice(0, -1) : sent;
  if (!isFullyQualified(name, rules.ptrUnderscore === "keep")) return undefined;
  if (/[A-Z]/.test(name) && rules.ptrUpperCase === "refuse") return undefined;
  const spelling = hasDot && rules.ptrTrailingDot === "keep" ? sent : name;
  return rules.ptrUpperCase === "lower" ? spelling.toLowerCase() : spelling;
}

/** At least two labels of letters, digits and inner hyphens. The last label is not a number, as in an address. */
function isFullyQualified(name: string, allowsUnderscores: boolean): boolean {
  if (name.length > 253) return false;
  const labels = name.split(".");
  const label = allowsUnderscores
    ? /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i
    : /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
  return labels.length >= 2 && labels.every((text) => label.test(text)) && !/^[0-9]+$/.test(labels.at(-1) ?? "");
}

export function defaultPtrRecord(address: string, zone: string, domain: string): string {
  if (familyOfKey(address) === "IPv4") return `${address.replaceAll(".", "-")}.${zone}.${domain}`;
  return `${address.split(":").slice(4).join("-")}.v6.${zone}.${domain}`;
}
