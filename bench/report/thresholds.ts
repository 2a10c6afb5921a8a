import {
  type Measurement,
  median,
  type Operation,
  operations,
  type Run,
  type Scenario,
  type Variant,
} from "../measurements";

/** A limit that this package must keep, compared with a provider that does less. */
export interface Threshold {
  what: string;
  limit: string;
  /** In the worst of its scenarios; `undefined` if none was measured. */
  measured: string | undefined;
  isMet: boolean | undefined;
}

/** The floor that an operation is compared with: empty if it only reads, lean if it changes something. */
export const floorOf = (operation: Operation): Variant =>
  operation === "preview" || operation === "refresh" ? "empty" : "lean";

/** Scenarios with many addresses, and with fast and slow requests. */
const demanding = [200, 1000].flatMap((count) => [0, 100].map((latencyMs) => ({ count, latencyMs, account: 0 })));
const slow200: Scenario = { count: 200, latencyMs: 100, account: 0 };

export function thresholdsOf(runs: readonly Run[]): Threshold[] {
  const value = (scenario: Scenario, variant: Variant, operation: Operation, key: keyof Measurement = "wallMs") =>
    median(runs, scenario, variant, (run) => run.operations[operation][key]);

  /** The ratio to the floor, in the scenario where it is worst. */
  const worst = (compared: readonly Operation[], key: keyof Measurement) =>
    largest(
      demanding.flatMap((scenario) =>
        compared.map((operation) =>
          ratio(value(scenario, "this package", operation, key), value(scenario, floorOf(operation), operation, key)),
        ),
      ),
    );
  const speedupOverNaive = (operation: Operation) =>
    ratio(value(slow200, "naive", operation), value(slow200, "this package", operation));

  const [refresh, emptyRefresh] = [value(slow200, "this package", "refresh"), value(slow200, "empty", "refresh")];
  const extraSeconds =
    refresh === undefined || emptyRefresh === undefined ? undefined : (refresh - emptyRefresh) / 1000;
  const bytes = (variant: Variant) => median(runs, slow200, variant, (run) => run.bytesPerResource);

  const measured = demanding.filter((scenario) => value(scenario, "this package", "up") !== undefined);
  const where = describe(measured.length > 0 ? measured : demanding);
  const slow = "200 addresses, 100 ms";
  return [
    atMost(`preview time, relative to empty (${where})`, 1.1, worst(["preview"], "wallMs"), " x"),
    atMost(`refresh time, relative to empty (${where})`, 1.2, worst(["refresh"], "wallMs"), " x"),
    atMost(`up and destroy time, relative to lean (${where})`, 1.15, worst(["up", "destroy"], "wallMs"), " x"),
    atMost(`memory of the provider, relative to its floor (${where})`, 1.25, worst(operations, "providerPeakKb"), " x"),
    atMost(`extra refresh time compared with empty (${slow})`, 0.3, extraSeconds, " s"),
    atLeast(`refresh speed, relative to naive (${slow})`, 2.5, speedupOverNaive("refresh")),
    atLeast(`up speed, relative to naive (${slow})`, 1.4, speedupOverNaive("up")),
    atMost(`state size, relative to naive (${slow})`, 0.25, ratio(bytes("this package"), bytes("naive")), " x"),
  ];
}

/** As "200 and 1,000 addresses, 0 and 100 ms". */
function describe(scenarios: readonly Scenario[]): string {
  const list = (numbers: number[]) => [...new Set(numbers)].map((one) => one.toLocaleString("en-US")).join(" and ");
  const counts = list(scenarios.map(({ count }) => count));
  return `${counts} addresses, ${list(scenarios.map(({ latencyMs }) => latencyMs))} ms`;
}

function atMost(what: string, limit: number, measured: number | undefined, unit: string): Threshold {
  const isMet = measured === undefined ? undefined : measured <= limit;
  return { what, limit: `at most ${limit.toFixed(2)}${unit}`, measured: format(measured, unit), isMet };
}

function atLeast(what: string, limit: number, measured: number | undefined): Threshold {
  const isMet = measured === undefined ? undefined : measured >= limit;
  return { what, limit: `at least ${limit.toFixed(2)} x`, measured: format(measured, " x"), isMet };
}

const format = (value: number | undefined, unit: string) => (value === undefined ? undefined : value.toFixed(2) + unit);

export function ratio(value: number | undefined, of: number | undefined): number | undefined {
  return value === undefined || of === undefined ? undefined : value / of;
}

function largest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
