import { closest, distance } from "fastest-levenshtein";

/** The known name that someone may have meant; `undefined` if none is like it. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const nearest = closest(name, known);
  return distance(name, nearest) <= Math.max(1, name.length / 4) ? nearest : undefined;
}
