import { setTimeout as wait } from "node:timers/promises";

/** The simulator's time, in milliseconds since it was started. */
export interface Clock {
  /** Milliseconds since the start. */
  now(): number;
  /** Moves the clock forward by hand. */
  advance(ms: number): void;
}

/** What the simulator itself does with its clock. */
export interface RunningClock extends Clock {
  /** A request has come. */
  tick(): void;
  /** Lets so much time pass before an answer. */
  sleep(ms: number): Promise<void>;
}

/** Time that only moves when a request comes, when something waits, and when it is moved. */
export function virtualClock(requestMs: number): RunningClock {
  let now = 0;
  const advance = (ms: number) => {
    now += ms;
  };
  return { now: () => now, advance, tick: () => advance(requestMs), sleep: async (ms) => advance(ms) };
}

/** The computer's time. */
export function realClock(): RunningClock {
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
      for (let left = ms; left > 0; left = until - now()) await pause(left);
    },
  };
}

/** Waits in real time, without keeping a process alive that has nothing else to do. */
export function pause(ms: number): Promise<void> {
  return wait(ms, undefined, { ref: false });
}
