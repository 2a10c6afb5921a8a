const unitsMs = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** The milliseconds of a duration in Go's notation, such as `10m`, `1h30m` or `45s`; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  let total = 0;
  let read = 0;
  // Part by part, each of bounded length: one expression for the whole text overflows the stack on long ones.
  for (const [part, amount, unit] of text.matchAll(/(\d{1,300}(?:\.\d{1,300})?)(h|ms|m|s)/gy)) {
    total += Number(amount) * unitsMs[unit as keyof typeof unitsMs];
    read += part.length;
  }
  if (read !== text.length) return undefined;
  const wholeMs = Math.round(total);
  return wholeMs > 0 && wholeMs <= maxMs ? wholeMs : undefined;
}

/** The maximum of a Node timer: 24.8 days. */
const maxMs = 2 ** 31 - 1;

/** Aborts an operation's requests when its time is over. An invalid duration counts as the default. */
export function deadline(duration: string | undefined): AbortSignal {
  return AbortSignal.timeout((duration !== undefined && parseDuration(duration)) || defaultMs);
}

/** 20 minutes: a server can take 10 to stop. */
const defaultMs = 20 * 60_000;
