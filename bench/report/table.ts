import {
  type Measurement,
  median,
  type Operation,
  operations,
  type Run,
  roundsOf,
  type Scenario,
  scenariosOf,
  statistic,
  type Variant,
  variants,
} from "../measurements";
import { floorOf, ratio, type Threshold } from "./thresholds";

/** The limits as a Markdown table. */
export function thresholdTable(thresholds: readonly Threshold[]): string {
  const rows = thresholds.map(({ what, limit, measured, isMet }) => [
    what,
    limit,
    measured ?? "not measured",
    isMet === undefined ? "" : isMet ? "met" : "**not met**",
  ]);
  return table(["this package", "limit", "measured", ""], rows);
}

/** One chapter for each scenario: a row for each operation. Times, CPU and memory are medians, with the minimum in brackets. */
export function scenarioTables(runs: readonly Run[]): string {
  return scenariosOf(runs)
    .map((scenario) => {
      const compared = variants.filter((variant) => median(runs, scenario, variant, () => 0) !== undefined);
      const parts = [timesOf(runs, scenario, compared), usageOf(runs, scenario, compared)];
      return [`### ${titleOf(scenario)}`, roundsText(runs, scenario), ...parts].join("\n\n");
    })
    .join("\n\n");
}

function roundsText(runs: readonly Run[], scenario: Scenario): string {
  const [rounds, ofNaive] = [roundsOf(runs, scenario), roundsOf(runs, scenario, "naive")];
  const all = rounds === 1 ? "One round" : `${rounds} rounds`;
  return ofNaive === 0 || ofNaive === rounds ? `${all}.` : `${all}, ${ofNaive} of them with the naive provider.`;
}

export function titleOf({ count, latencyMs, account }: Scenario): string {
  const addresses = count === 1 ? "1 address" : `${count.toLocaleString("en")} addresses`;
  const where = account === 0 ? "" : ` in an account of ${account.toLocaleString("en")}`;
  return `${addresses}${where}, ${latencyMs} ms per request`;
}

function timesOf(runs: readonly Run[], scenario: Scenario, compared: readonly Variant[]): string {
  const hasNaive = compared.includes("naive");
  const head = ["wall time, s", ...compared, "relative to its floor", ...(hasNaive ? ["naive relative to this"] : [])];
  const rows = operations.map((operation) => {
    const at = (variant: Variant) => statistic(runs, scenario, variant, (run) => run.operations[operation].wallMs);
    const floor = compared.includes(floorOf(operation)) ? floorOf(operation) : "empty";
    const over = ratio(at("this package")?.median, at(floor)?.median);
    const naive = ratio(at("naive")?.median, at("this package")?.median);
    const times = compared.map((variant) => {
      const time = at(variant);
      return time === undefined ? "" : `${seconds(time.median)} (${seconds(time.min)})`;
    });
    return [operation, ...times, `${over?.toFixed(2)} x ${floor}`, ...(hasNaive ? [`${naive?.toFixed(2)} x`] : [])];
  });
  return table(head, rows);
}

function usageOf(runs: readonly Run[], scenario: Scenario, compared: readonly Variant[]): string {
  const row = (name: string, text: (variant: Variant) => string) => [name, ...compared.map(text)];
  const each = (key: keyof Measurement, text: (value: number) => string) => (variant: Variant) =>
    operations.map((operation) => text(at(variant, operation, key) ?? 0)).join(" · ");
  const at = (variant: Variant, operation: Operation, key: keyof Measurement) =>
    median(runs, scenario, variant, (run) => run.operations[operation][key]);
  const bytes = (variant: Variant) => median(runs, scenario, variant, (run) => run.bytesPerResource) ?? 0;
  return table(
    [operations.join(" · "), ...compared],
    [
      row("requests", each("requests", String)),
      row("CPU of the provider, s", each("providerCpuMs", seconds)),
      row("CPU of the program, s", each("programCpuMs", seconds)),
      row("CPU of all processes, s", each("allCpuMs", seconds)),
      row(
        "peak memory of the provider, MiB",
        each("providerPeakKb", (kb) => (kb / 1024).toFixed(0)),
      ),
      row("state of a resource, bytes", (variant) => bytes(variant).toFixed(0)),
    ],
  );
}

const seconds = (ms: number) => (ms / 1000).toFixed(2);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
