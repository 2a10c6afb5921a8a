import { UpCloudError } from "./errors/upCloudError";
import { retryPolicy } from "./retryPolicy";
import type { Sleep } from "./sleep";

/** A request that may be sent more than once. */
interface Retryable<T> {
  send(): Promise<T>;
  /** Called before each retry. A result counts as the request's own, and nothing more is sent. An error is final. */
  beforeRetry?: (() => Promise<T | undefined>) | undefined;
  /** Ends the wait before a retry, and with it the request. */
  signal?: AbortSignal | undefined;
}

export type Retry = <T>(request: Retryable<T>) => Promise<T>;

/** Sends a request, and sends it again where that is safe, until it has a result or a bound is reached. */
export function createRetry(sleep: Sleep): Retry {
  return async ({ send, beforeRetry, signal }) => {
    let leftMs = maxTotalDelayMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await send();
      } catch (error) {
        const allowed = error instanceof UpCloudError ? retryPolicy(error) : undefined;
        if (!(error instanceof UpCloudError) || allowed === undefined) throw error;
        const delayMs = Math.max(allowed.afterMs, backoffMs(attempt));
        leftMs -= delayMs;
        if (attempt > maxRetries || leftMs < 0 || signal?.aborted) {
          throw attempt === 1 ? error : error.withNote(`It was tried ${attempt} times.`);
        }
        await sleep(delayMs, signal);
        if (signal?.aborted) throw error.withNote(outOfTime);
        const result = await beforeRetry?.();
        if (result !== undefined) return result;
      }
    }
  };
}

const maxRetries = 4;
/** Of all delays of one request together. Where UpCloud asks for more, the request fails at once. */
const maxTotalDelayMs = 30_000;
const firstDelayMs = 1000;

/** Exponential, with jitter: 0.5 to 1 s, then twice as long each time. */
const backoffMs = (attempt: number) => firstDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);

const outOfTime = "The time that `timeouts` allows for the operation was over before it could be tried again.";
