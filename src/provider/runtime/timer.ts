import { type Sleep, sleep } from "../../api/sleep";

/** Real time, which tests of long waits replace. */
export interface Timer {
  now(): number;
  readonly sleep: Sleep;
}

export const realTimer: Timer = {
  now: () => performance.now(),
  sleep,
};

/** The waits between looks at something slow: quick at first, every five seconds in the end. */
export function* pollDelaysMs(): Generator<number, never> {
  for (let ms = 1000; ; ms = Math.min(ms * 1.5, 5000)) yield ms;
}
