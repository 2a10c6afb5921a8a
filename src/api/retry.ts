import type { SendCall } from "./call";
import { UpCloudError } from "./errors/upCloudError";
import { retryPolicy } from "./retryPolicy";
import type { Sleep } from "./sleep";

/** Sends a call again where that is safe, until it has a result or a limit is reached. The call's signal ends a wait. */
export function retryLayer(sleep: Sleep, next: SendCall): SendCall {
  return async (call) => {
    const { beforeRetry, signal } = call;
    let leftMs = maxTotalDelayMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await next(call);
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
/** For all delays of one call together. If UpCloud asks for more, the call fails at once. */
const maxTotalDelayMs = 30_000;
const firstDelayMs = 1000;

/** Exponential with jitter: 0.5 to 1 s, then twice as long each time. */
const backoffMs = (attempt: number) => firstDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);

const outOfTime = "The operation exceeded its time limit (`timeouts`) before a retry.";
