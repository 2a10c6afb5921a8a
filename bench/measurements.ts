export const variants = ["empty", "lean", "naive", "this package"] as const;
export type Variant = (typeof variants)[number];

/** In the order in which they are measured. */
export const operations = ["up", "preview", "refresh", "PTR edit", "destroy"] as const;
export type Operation = (typeof operations)[number];

export interface Usage {
  /** CPU time of Pulumi's dynamic-provider process. */
  providerCpuMs: number;
  /** Peak memory of that process, in KiB. */
  providerPeakKb: number;
  programCpuMs: number;
  /** CPU time of all processes of the operation: CLI, language host, program, provider. */
  allCpuMs: number;
}

export interface Measurement extends Usage {
  /** From the start of the CLI to its end. */
  wallMs: number;
  requests: number;
}

export interface Scenario {
  /** How many addresses the program declares. */
  count: number;
  /** How long each request takes, beside the simulator's own work. */
  latencyMs: number;
  /** How many more addresses the account has. */
  account: number;
}

export interface Run extends Scenario {
  variant: Variant;
  round: number;
  operations: Record<Operation, Measurement>;
  /** Bytes of an address in the state, when all have a PTR record. */
  bytesPerResource: number;
}

export interface Statistic {
  min: number;
  median: number;
}

/** Over all rounds of a variant in a scenario; `undefined` if it was not measured. */
export function statistic(
  runs: readonly Run[],
  scenario: Scenario,
  variant: Variant,
  value: (run: Run) => number,
): Statistic | undefined {
  const values = runs
    .filter((run) => run.variant === variant && isIn(run, scenario))
    .map(value)
    .sort((a, b) => a - b);
  const [low, high] = [values[Math.floor((values.length - 1) / 2)], values[Math.ceil((values.length - 1) / 2)]];
  if (values[0] === undefined || low === undefined || high === undefined) return undefined;
  return { min: values[0], median: (low + high) / 2 };
}

export const median = (...args: Parameters<typeof statistic>) => statistic(...args)?.median;

/** Each scenario once, in the order of its first run. */
export function scenariosOf(runs: readonly Run[]): Scenario[] {
  return runs.filter((run, index) => runs.findIndex((other) => isIn(other, run)) === index);
}

export function withoutScenarios(runs: readonly Run[], scenarios: readonly Scenario[]): Run[] {
  return runs.filter((run) => !scenarios.some((scenario) => isIn(run, scenario)));
}

/** By account, then latency, then count. */
export const sorted = (runs: readonly Run[]): Run[] =>
  [...runs].sort((a, b) => a.account - b.account || a.latencyMs - b.latencyMs || a.count - b.count);

/** How many rounds a scenario was measured in, or one of its variants. */
export const roundsOf = (runs: readonly Run[], scenario: Scenario, variant?: Variant): number =>
  new Set(
    runs.filter((run) => isIn(run, scenario) && run.variant === (variant ?? run.variant)).map(({ round }) => round),
  ).size;

function isIn(run: Scenario, { count, latencyMs, account }: Scenario): boolean {
  return run.count === count && run.latencyMs === latencyMs && run.account === account;
}
