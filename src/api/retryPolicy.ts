import type { UpCloudError } from "./errors/upCloudError";

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

const repeatableMethods = ["GET", "PUT", "PATCH", "DELETE"];
/** 520 to 524 are what a proxy says that cannot get an answer from UpCloud. */
const passingStatuses = [408, 500, 502, 503, 504, 520, 521, 522, 523, 524];
