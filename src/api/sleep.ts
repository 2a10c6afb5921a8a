import { setTimeout as wait } from "node:timers/promises";

/** Waits for a number of milliseconds. Ends early, without an error, when the signal aborts. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export const sleep: Sleep = (ms, signal) => wait(ms, undefined, signal && { signal }).catch(() => undefined);
