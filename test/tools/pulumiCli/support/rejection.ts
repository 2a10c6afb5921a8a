/** The error with which the promise is expected to reject. */
export function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => Promise.reject(new Error("Expected a rejection, got a result.")),
    (error) => error,
  );
}
