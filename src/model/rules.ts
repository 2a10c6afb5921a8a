import { nearestName } from "./nearestName";
import { isUnknown } from "./unknown";

export interface CheckFailure {
  property: string;
  reason: string;
}

/** Canonical forms, with defaults filled in. What failed stays as it came, and what is unknown has the type of its later value. */
export interface Checked<Inputs> {
  inputs: Partial<Inputs>;
  failures: CheckFailure[];
}

/** The value in its canonical form, or why it is refused. */
export type Outcome<Value = unknown> = { value: Value } | { reason: string };
export type Rule<Value = unknown> = (value: unknown) => Outcome<Value>;
export type Rules<Inputs> = { readonly [property in keyof Inputs]-?: Rule<Inputs[property]> };

/** For each property that `Inputs` requires: its default, or what to say where it is missing. */
export type WhenAbsent<Inputs> = { readonly [property in RequiredKeys<Inputs>]: Absence<Inputs[property]> };
type Absence<Value = unknown> = { default: Value } | { expected: string; advice: string };
type RequiredKeys<Inputs> = {
  [property in keyof Inputs]-?: Record<never, never> extends Pick<Inputs, property> ? never : property;
}[keyof Inputs];

/** Pure, never throws: checks each property by its own rule. Unknown values pass, and absent ones are left out. */
export function checkEach<Inputs>(
  rules: Rules<Inputs>,
  declared: Record<string, unknown>,
  whenAbsent: WhenAbsent<Inputs>,
): Checked<Inputs> {
  const inputs: Record<string, unknown> = {};
  const failures: CheckFailure[] = [];
  const absences = Object.entries<Absence>(whenAbsent);
  const defaults = absences.flatMap(([property, absence]) =>
    "default" in absence ? [[property, absence.default]] : [],
  );
  for (const [property, value] of Object.entries({ ...Object.fromEntries(defaults), ...withoutAbsent(declared) })) {
    const outcome = checkOne(rules, property, value);
    inputs[property] = "value" in outcome ? outcome.value : value;
    if ("reason" in outcome) failures.push({ property, reason: outcome.reason });
  }
  for (const [property, absence] of absences) {
    if (inputs[property] !== undefined || "default" in absence) continue;
    failures.push({ property, reason: `expected ${absence.expected}, got nothing: ${absence.advice}` });
  }
  return { inputs: inputs as Partial<Inputs>, failures };
}

/** Whether nothing failed: then every property that `Inputs` requires is there. */
export const hasPassed = <Inputs>(checked: Checked<Inputs>): checked is { inputs: Inputs; failures: [] } =>
  checked.failures.length === 0;

export function refuse(expected: string, value: unknown, advice?: string): { reason: string } {
  return { reason: `expected ${expected}, got ${show(value)}${advice === undefined ? "" : `: ${advice}`}` };
}

export const oneOf =
  <Word extends string>(allowed: readonly Word[]): Rule<Word> =>
  (value) => {
    const word = allowed.find((word) => word === value);
    return word === undefined ? refuse(allowed.map((word) => `"${word}"`).join(" or "), value) : { value: word };
  };

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

function checkOne(rules: Readonly<Record<string, Rule>>, property: string, value: unknown): Outcome {
  const rule = Object.hasOwn(rules, property) ? rules[property] : undefined;
  if (rule === undefined) return stray(property, Object.keys(rules));
  return isUnknown(value) ? { value } : rule(value);
}

function stray(property: string, known: readonly string[]): Outcome {
  const nearest = nearestName(property, known);
  const advice = nearest === undefined ? "remove it" : `did you mean ${nearest}?`;
  return { reason: `expected one of ${known.join(", ")}, got the property "${property}": ${advice}` };
}
