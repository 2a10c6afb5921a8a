/**
 * Spares a declaration the traces of its promises. Ends with the function that it gives.
 *
 * The SDK formats a stack trace for each of the four promises of each output of a resource, for a report that only
 * PULUMI_DEBUG_PROMISE_LEAKS shows. In a Pulumi program ts-node maps every frame of it to its source: of the 4 ms that a
 * declaration takes, that is 2. These are traces of errors without a message; those of others stay whole, and so do those
 * of all frames, in which the SDK looks for the line of the program.
 */
export function withoutPromiseTraces(): () => void {
  const { prepareStackTrace } = Error;
  if (prepareStackTrace === undefined || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return () => undefined;
  Error.prepareStackTrace = (error, frames) => {
    const isOfPromise = error.message === "" && Error.stackTraceLimit !== Number.POSITIVE_INFINITY;
    return isOfPromise ? String(error) : prepareStackTrace.call(Error, error, frames);
  };
  return () => {
    Error.prepareStackTrace = prepareStackTrace;
  };
}
