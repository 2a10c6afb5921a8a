export const variants = ["empty", "lean", "naive", "this package"] as const;
export type Variant = (typeof variants)[number];

/** In the order in which they are measured. */
export const operations = ["up", "preview", "refresh", "PTR edit", "destroy"] as const;
export type Operation = (typeof operations)[number];

export interface Usage {
  /** Of Pulumi's dynamic-provider process. */
  providerCpuMs: number;
  /** The most memory that it has had, in KiB. */
  providerPeakKb: number;
  programCpuMs: number;
  /** Of all processes that the operation started: CLI, language host, program, provider. */
  allCpuMs: number;
}

export interface Measurement extends Usage {
  /** From the start of the CLI to its end. */
  wallMs: number;
  requests: number;
}

/** What is measured: so many addresses, with so long requests, in an account with so many more addresses. */
export interface Scenario {
  count: number;
  latencyMs: number;
  account: number;
}

export interface Run extends Scenario {
  variant: Variant;
  round: number;
  operations: Record<Operation, Measurement>;
  /** Of the state's resources, when all have a PTR record. */
  bytesPerResource: number;
}

export interface Statistic {
  min: number;
  median: number;
}

/** Of all rounds of a variant in a scenario; `undefined` where it was not measured. */
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

/** Each once, in the order of the first run. */
export function scenariosOf(runs: readonly Run[]): Scenario[] {
  return runs.filter((run, index) => runs.findIndex((other) => isIn(other, run)) === index);
}

export function withoutScenarios(runs: readonly Run[], scenarios: readonly Scenario[]): Run[] {
  return runs.filter((run) => !scenarios.some((scenario) => isIn(run, scenario)));
}

/** By account, latency and count. */
export const inOrder = (runs: readonly Run[]): Run[] =>
  [...runs].sort((a, b) => a.account - b.account || a.latencyMs - b.latencyMs || a.count - b.count);

/** How often the variants were measured, or one of them. */
export const roundsOf = (runs: readonly Run[], scenario: Scenario, variant?: Variant): number =>
  new Set(
    runs.filter((run) => isIn(run, scenario) && run.variant === (variant ?? run.variant)).map(({ round }) => round),
  ).size;

function isIn(run: Scenario, { count, latencyMs, account }: Scenario): boolean {
  return run.count === count && run.latencyMs === latencyMs && run.account === account;
}
