import { ExponentialBackoff, handleWhen, retry } from "cockatiel";
import { UpCloudError } from "./errors";
import type { HttpRequest } from "./http";
import type { Sleep } from "./sleep";

/** Sends a request, and again where that is safe, until it has a result or a bound is reached. */
export type Repeatedly = <T>(
  request: HttpRequest,
  send: () => Promise<T>,
  /** Asked before every repeat: what it gives is the result, and nothing more is sent. Its failure is final. */
  settled?: () => Promise<T | undefined>,
) => Promise<T>;

/**
 * Whether a request that failed may be sent again, and how long UpCloud wants to be left alone first. GET, PUT, PATCH
 * and DELETE come to the same when they are carried out twice. A POST may buy an address or undo what somebody did to a
 * server: it goes again only when it was certainly not carried out.
 */
export function repeatOf(error: UpCloudError, isOperationOver: boolean): { afterMs: number } | undefined {
  const { method, failure, status, retryAfterMs = 0 } = error;
  // A rate limiter refuses a request before anything is done about it.
  const isNotCarriedOut = failure === "unsent" || (failure === "refused" && status === 429);
  const isUncertain =
    failure === "unanswered" || failure === "unreadable" || (status !== undefined && passingStatuses.includes(status));
  const mayRepeat = isNotCarriedOut || (isUncertain && repeatableMethods.includes(method));
  return mayRepeat && !isOperationOver ? { afterMs: retryAfterMs } : undefined;
}

/** @param sleep Waits between the requests: cockatiel's own waiting cannot be ended early. */
export function createRetry(sleep: Sleep): Repeatedly {
  return async ({ signal }, send, settled) => {
    let backoff = new ExponentialBackoff({ initialDelay: firstWaitMs }).next();
    let failed: UpCloudError | undefined;
    let tries = 0;
    let waitMs = 0;
    let leftMs = longestWaitMs;

    const isWorthAnother = (error: Error) => {
      const repeat = error === failed && repeatOf(failed, signal?.aborted ?? false);
      if (!repeat) return false;
      waitMs = Math.max(repeat.afterMs, backoff.duration);
      backoff = backoff.next(undefined);
      leftMs -= waitMs;
      return leftMs >= 0;
    };
    const next = async () => {
      if (failed !== undefined) {
        await sleep(waitMs, signal);
        if (signal?.aborted) throw failed.andThen(outOfTime);
        const result = await settled?.();
        if (result !== undefined) return result;
      }
      tries++;
      return send().catch((error: unknown) => {
        if (error instanceof UpCloudError) failed = error;
        throw error;
      });
    };

    try {
      return await retry(handleWhen(isWorthAnother), { maxAttempts: mostRepeats }).execute(next);
    } catch (error) {
      if (failed === undefined || error !== failed || tries === 1 || !repeatOf(failed, false)) throw error;
      throw failed.andThen(`It was tried ${tries} times.`);
    }
  };
}

const repeatableMethods = ["GET", "PUT", "PATCH", "DELETE"];
const passingStatuses = [500, 502, 503, 504];

const mostRepeats = 4;
/** The waits are about 1, 1, 2 and 4 s, each at random, and never more than 11.5 s together. */
const firstWaitMs = 1000;
/** Of all waits for one request together. UpCloud's word to wait any longer ends it at once. */
const longestWaitMs = 30_000;

const outOfTime = "The time that `timeouts` allows for the operation was over before it could be tried again.";
