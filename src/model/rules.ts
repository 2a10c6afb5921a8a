import { closest, distance } from "fastest-levenshtein";
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

/** The value in its canonical form, or why it is refused. */
export type Outcome = { value: unknown } | { reason: string };
export type Rule = (value: unknown) => Outcome;

/** Pure, never throws: each property by its own rule. What is unknown passes, and what is absent is left out. */
export function checkEach(
  rules: Readonly<Record<string, Rule>>,
  declared: Record<string, unknown>,
  defaults: Record<string, unknown> = {},
): Checked {
  const inputs: Record<string, unknown> = {};
  const failures: CheckFailure[] = [];
  for (const [property, value] of Object.entries({ ...defaults, ...withoutAbsent(declared) })) {
    const rule = Object.hasOwn(rules, property) ? rules[property] : undefined;
    const outcome =
      rule === undefined ? stray(property, Object.keys(rules)) : isUnknown(value) ? { value } : rule(value);
    inputs[property] = "value" in outcome ? outcome.value : value;
    if ("reason" in outcome) failures.push({ property, reason: outcome.reason });
  }
  return { inputs, failures };
}

export function refuse(expected: string, value: unknown, advice?: string): { reason: string } {
  return { reason: `expected ${expected}, got ${show(value)}${advice === undefined ? "" : `: ${advice}`}` };
}

export const oneOf =
  (allowed: readonly string[]): Rule =>
  (value) =>
    allowed.includes(value as string) ? { value } : refuse(allowed.map((word) => `"${word}"`).join(" or "), value);

/** The value as its author wrote it, cut to a length that fits in a message. */
export function show(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = `a ${typeof value}`;
  }
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const withoutAbsent = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== null));

function stray(property: string, known: readonly string[]): Outcome {
  const nearest = closest(property, known);
  const advice = distance(property, nearest) <= 1 + property.length / 3 ? `did you mean ${nearest}?` : "take it out";
  return { reason: `expected one of ${known.join(", ")}, got the property "${property}": ${advice}` };
}
