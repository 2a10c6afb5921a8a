import type { UpCloudError } from "./errors/upCloudError";

/**
 * Whether a failed request may be sent again, and how many milliseconds UpCloud asks to wait first. `undefined`: never. GET,
 * PUT, PATCH and DELETE are idempotent. A POST may buy an address, or undo what somebody did to a server: it is sent again
 * only if it was certainly not carried out. See decisions/0004-what-may-be-sent-again.md.
 */
export function retryPolicy({
  method,
  failure,
  status,
  retryAfterMs = 0,
}: UpCloudError): { afterMs: number } | undefined {
  // A rate limiter refuses a request before it is carried out.
  const isNotCarriedOut = failure === "unsent" || (failure === "refused" && status === 429);
  const isInDoubt =
    failure === "unanswered" ||
    failure === "unreadable" ||
    (status !== undefined && transientStatuses.includes(status));
  return isNotCarriedOut || (isInDoubt && idempotentMethods.includes(method)) ? { afterMs: retryAfterMs } : undefined;
}

const idempotentMethods = ["GET", "PUT", "PATCH", "DELETE"];
/** 520 to 524: a proxy could not get a response from UpCloud. */
const transientStatuses = [408, 500, 502, 503, 504, 520, 521, 522, 523, 524];
