import type { Fault } from "../../src/simulator";

/** For as long as the test lasts, however often it is met. */
export const always = 1_000_000;

/**
 * Throws where a fault that a test has queued is still pending at its end: no request met it, so the test shows less than
 * it says. One that is there for as long as the test lasts may have been met or not.
 */
export function requireFaultsMet({ faults }: { faults: { readonly pending: readonly Fault[] } }): void {
  const unmet = faults.pending.filter(({ times = 1 }) => times < always / 2);
  if (unmet.length > 0) throw new Error(`No request met these faults: ${unmet.map(describeFault).join("; ")}.`);
}

const describeFault = ({ kind, method = "any method", path = "any path", times = 1, skip = 0, ...rest }: Fault) =>
  `${kind} for ${method} ${path}, times ${times}, skip ${skip} ${JSON.stringify(rest)}`;
