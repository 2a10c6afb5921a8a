import { ExponentialBackoff, handleWhen, retry } from "cockatiel";
import { UpCloudError } from "./errors/upCloudError";
import type { Attempt } from "./retry";
import { repeatOf } from "./retryPolicy";
import type { Sleep } from "./sleep";

/**
 * Sends a request that has failed again as long as that is safe, until it has a result or a bound is reached.
 *
 * @param sleep Waits between the requests: cockatiel's own waiting cannot be ended early.
 */
export async function repeat<T>(first: UpCloudError, { send, settled, signal }: Attempt<T>, sleep: Sleep): Promise<T> {
  let backoff = new ExponentialBackoff({ initialDelay: firstWaitMs }).next();
  let failed = first;
  let tries = 1;
  let waitMs = 0;
  let leftMs = longestWaitMs;

  const isWorthAnother = (error: Error) => {
    const allowed = error === failed && repeatOf(failed, signal?.aborted ?? false);
    if (!allowed) return false;
    waitMs = Math.max(allowed.afterMs, backoff.duration);
    backoff = backoff.next(undefined);
    leftMs -= waitMs;
    return leftMs >= 0;
  };
  const next = async () => {
    await sleep(waitMs, signal);
    if (signal?.aborted) throw failed.andThen(outOfTime);
    const result = await settled?.();
    if (result !== undefined) return result;
    tries++;
    return send().catch((error: unknown) => {
      if (error instanceof UpCloudError) failed = error;
      throw error;
    });
  };

  try {
    // The first try is the one that has failed.
    const tryNext = ({ attempt }: { attempt: number }) => (attempt === 0 ? Promise.reject(first) : next());
    return await retry(handleWhen(isWorthAnother), { maxAttempts: mostRepeats }).execute(tryNext);
  } catch (error) {
    if (error !== failed || tries === 1 || !repeatOf(failed, false)) throw error;
    throw failed.andThen(`It was tried ${tries} times.`);
  }
}

const mostRepeats = 4;
/** The waits are about 1, 1, 2 and 4 s, each at random, and never more than 11.5 s together. */
const firstWaitMs = 1000;
/** Of all waits for one request together. UpCloud's word to wait any longer ends it at once. */
const longestWaitMs = 30_000;

const outOfTime = "The time that `timeouts` allows for the operation was over before it could be tried again.";
