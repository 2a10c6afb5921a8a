import { setTimeout as wait } from "node:timers/promises";

/** The simulator's time. */
export interface Clock {
  /** The time in ms since the simulator was started. */
  now(): number;
  /** Advances the clock by `ms` milliseconds. */
  advance(ms: number): void;
}

/** A clock with what only the simulator itself may do. */
export interface InternalClock extends Clock {
  /** Counts one request: the virtual clock advances by `requestMs`. */
  tick(): void;
  /** Resolves when `ms` milliseconds of this clock have passed. */
  sleep(ms: number): Promise<void>;
}

/** A clock that advances only with `tick`, `sleep` and `advance`, and never waits in real time. */
export function virtualClock(requestMs: number): InternalClock {
  let now = 0;
  const advance = (ms: number) => {
    now += ms;
  };
  return { now: () => now, advance, tick: () => advance(requestMs), sleep: async (ms) => advance(ms) };
}

/** The time of the computer. */
export function realClock(): InternalClock {
  let offset = -performance.now();
  const now = () => Math.round(performance.now() + offset);
  return {
    now,
    advance: (ms) => {
      offset += ms;
    },
    tick: () => {},
    // A timer may fire a millisecond early.
    async sleep(ms) {
      const until = now() + ms;
      for (let left = ms; left > 0; left = until - now()) await waitRealTime(left);
    },
  };
}

/** Waits in real time, without keeping the process alive. */
export function waitRealTime(ms: number): Promise<void> {
  return wait(ms, undefined, { ref: false });
}
