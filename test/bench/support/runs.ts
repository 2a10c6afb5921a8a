import { type Measurement, operations, type Run, type Scenario, type Variant } from "../../../bench/measurements";

export const slow200: Scenario = { count: 200, latencyMs: 100, account: 0 };

/** A run with the same measurement in every operation. */
export function run(variant: Variant, wallMs: number, more: Partial<Run & Measurement> = {}): Run {
  const { round = 0, bytesPerResource = 1000, providerPeakKb = 100_000, ...scenario } = more;
  const measured = { wallMs, providerPeakKb, providerCpuMs: 500, programCpuMs: 400, allCpuMs: 2000, requests: 200 };
  const all = Object.fromEntries(operations.map((operation) => [operation, measured]));
  return { ...slow200, ...scenario, variant, round, bytesPerResource, operations: all as Run["operations"] };
}

/** The three other variants. */
export const runs = [run("empty", 2000), run("lean", 2100), run("naive", 5500, { bytesPerResource: 8000 })];
