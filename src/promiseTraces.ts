/**
 * Spares a declaration the traces of its promises. Ends with the function that it gives.
 *
 * The SDK formats a stack trace for each of the four promises of each output of a resource, for a report that only
 * PULUMI_DEBUG_PROMISE_LEAKS shows. In a Pulumi program every frame of it is mapped to its source, which is half of the time
 * of a declaration. Every other trace is formatted as before. See decisions/0008-what-surrounds-the-package.md.
 */
export function withoutPromiseTraces(): () => void {
  const { prepareStackTrace } = Error;
  if (prepareStackTrace === undefined || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return () => undefined;
  let isOver = false;
  const format: typeof prepareStackTrace = (error, frames) =>
    isOver || frames[0]?.getFunctionName() !== "debuggablePromise"
      ? prepareStackTrace.call(Error, error, frames)
      : String(error);
  Error.prepareStackTrace = format;
  return () => {
    // What a transformation has loaded may have put a formatter of its own over this one.
    isOver = true;
    if (Error.prepareStackTrace === format) Error.prepareStackTrace = prepareStackTrace;
  };
}
