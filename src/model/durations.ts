const unitsMs = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** Whole milliseconds of a duration in Pulumi's and Go's form, such as `10m`, `1h30m` or `45s`; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  let total = 0;
  let read = 0;
  // Part by part, and each of a bounded length: an expression runs out of stack on a long text.
  for (const [part, amount, unit] of text.matchAll(/(\d{1,300}(?:\.\d{1,300})?)(h|ms|m|s)/gy)) {
    total += Number(amount) * unitsMs[unit as keyof typeof unitsMs];
    read += part.length;
  }
  if (read !== text.length) return undefined;
  const wholeMs = Math.round(total);
  return wholeMs > 0 && wholeMs <= longestMs ? wholeMs : undefined;
}

/** The longest time that a Node timer can hold, a little under 25 days. */
const longestMs = 2 ** 31 - 1;

/** Ends an operation's requests when its time is over; a duration that is none counts as the default. */
export function deadline(duration: string | undefined): AbortSignal {
  return AbortSignal.timeout((duration !== undefined && parseDuration(duration)) || defaultMs);
}

/** Twenty minutes: a server may take ten to stop. */
const defaultMs = 20 * 60_000;
