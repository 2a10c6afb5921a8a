import { setTimeout as wait } from "node:timers/promises";

/** Real time, which tests of long waits replace. */
export interface Pace {
  now(): number;
  /** Ends early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const realPace: Pace = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal && { signal }).catch(() => undefined),
};

/** The waits between looks at something slow: quick at first, every five seconds in the end. */
export function* pollDelaysMs(): Generator<number, never> {
  for (let ms = 1000; ; ms = Math.min(ms * 1.5, 5000)) yield ms;
}
