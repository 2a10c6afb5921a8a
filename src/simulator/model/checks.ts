// Readers of what users pass in: options, seed files, rules, faults. Each throws a SetupError whose one sentence says
// what is wrong and what is expected.

/**
 * An option, a seed, a rule, a fault or a state file is invalid, or an address or server does not exist. The message
 * says what is wrong and what is expected.
 */
export class SetupError extends Error {
  /** Identifies the error without `instanceof`. */
  override readonly name = "SetupError";
}

export function unexpectedValue(what: string, value: unknown, expectation: string): SetupError {
  const shown = value === undefined ? "missing" : (JSON.stringify(value) ?? String(value));
  return new SetupError(`${what} is ${shown}: expected ${expectation}.`);
}

export type Properties = Readonly<Record<string, unknown>>;

/** Returns an object that has known properties only. */
export function readObject(value: unknown, what: string, known: readonly string[]): Properties {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw unexpectedValue(what, value, "an object");
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new SetupError(`${what} has the unknown property ${JSON.stringify(unknown)}: expected ${oneOf(known)}.`);
  }
  return value as Properties;
}

export function readList(value: unknown, what: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw unexpectedValue(what, value, "an array");
  return value;
}

export function readText(value: unknown, what: string, fallback?: string): string {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== "string" || value === "") throw unexpectedValue(what, value, "a non-empty string");
  return value;
}

export function readFlag(value: unknown, what: string, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== "boolean") throw unexpectedValue(what, value, "true or false");
  return value;
}

export function readChoice<const T extends string>(value: unknown, what: string, known: readonly T[], fallback?: T): T {
  if (value === undefined && fallback !== undefined) return fallback;
  const found = known.find((word) => word === value);
  if (found === undefined) throw unexpectedValue(what, value, oneOf(known.map((word) => JSON.stringify(word))));
  return found;
}

export function readInteger(
  value: unknown,
  what: string,
  range: { from: number; to: number },
  fallback?: number,
): number {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== "number" || !Number.isInteger(value) || value < range.from || value > range.to) {
    throw unexpectedValue(what, value, `a whole number from ${range.from} to ${range.to}`);
  }
  return value;
}

export function readNumber(value: unknown, what: string, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || !Number.isFinite(value)) throw unexpectedValue(what, value, "a number");
  return value;
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? String(words[0]) : `one of ${words.join(", ")}`;
}
