import { type Sleep, sleep } from "../../api/sleep";

/** Time and sleep. Tests replace it. */
export interface Timer {
  now(): number;
  readonly sleep: Sleep;
}

export const realTimer: Timer = {
  now: () => performance.now(),
  sleep,
};

/** Exponential backoff for polling, from 1 s to 5 s. */
export function* pollDelaysMs(): Generator<number, never> {
  for (let ms = 1000; ; ms = Math.min(ms * 1.5, 5000)) yield ms;
}
