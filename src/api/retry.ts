import { UpCloudError } from "./errors/upCloudError";
import type { HttpRequest } from "./http/http";
import { repeatOf } from "./retryPolicy";
import type { Sleep } from "./sleep";

/** What is tried until it has a result. */
export interface Attempt<T> {
  send(): Promise<T>;
  /** Asked before every repeat: what it gives is the result, and nothing more is sent. Its failure is final. */
  settled?: (() => Promise<T | undefined>) | undefined;
  signal?: AbortSignal | undefined;
}

/** Sends a request, and again where that is safe, until it has a result or a bound is reached. */
export type Repeatedly = <T>(
  request: HttpRequest,
  send: Attempt<T>["send"],
  settled?: Attempt<T>["settled"],
) => Promise<T>;

/** @param sleep Waits between the requests. */
export function createRetry(sleep: Sleep): Repeatedly {
  return async ({ signal }, send, settled) => {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof UpCloudError) || !repeatOf(error, signal?.aborted ?? false)) throw error;
      // Loaded with the first failure that is worth another try: most operations have none.
      const { repeat } = require("./retryLoop") as typeof import("./retryLoop");
      return repeat(error, { send, settled, signal }, sleep);
    }
  };
}
