import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Run, type Scenario, scenariosOf } from "../measurements";
import { chart } from "./chart";
import { replaceMarked } from "./replaceMarked";
import { scenarioTables, thresholdTable } from "./table";
import { thresholdsOf } from "./thresholds";

export interface Findings {
  runs: readonly Run[];
  machine: string;
  /** Whether to put the table of limits into docs/speed.md. */
  docs: boolean;
}

/** Writes `table.md`, `chart.svg` and `runs.json` into the folder. */
export function writeReport(root: string, folder: string, { runs, machine, docs }: Findings): void {
  mkdirSync(folder, { recursive: true });
  const thresholds = thresholdTable(thresholdsOf(runs));
  const conditions = `On ${machine}. Medians, with the minimum in brackets. [What is compared](../README.md).`;
  const table = ["# Results of `npm run bench`", conditions, thresholds, "![chart](chart.svg)", scenarioTables(runs)];
  writeFileSync(join(folder, "table.md"), `${table.join("\n\n")}\n`);
  writeFileSync(join(folder, "chart.svg"), chart(runs, scenariosToChart(runs)));
  writeFileSync(join(folder, rawNumbers), `${JSON.stringify(runs)}\n`);
  if (docs) replaceMarked(join(root, "docs/speed.md"), "bench", thresholds);
}

/** Prints whether the limits are met. */
export function printThresholds(runs: readonly Run[], folder: string): void {
  console.log(`${thresholdTable(thresholdsOf(runs))}\n\nAll results: ${join(folder, "table.md")}`);
}

const rawNumbers = "runs.json";

/** The runs of an earlier bench; empty if there are none. */
export function readRuns(folder: string): Run[] {
  const file = join(folder, rawNumbers);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

/** The scenarios with 200 addresses, or with the largest number that was measured. */
function scenariosToChart(runs: readonly Run[]): Scenario[] {
  const scenarios = scenariosOf(runs).filter(({ account }) => account === 0);
  const counts = scenarios.map(({ count }) => count);
  const count = counts.includes(200) ? 200 : Math.max(...counts);
  return scenarios.filter((scenario) => scenario.count === count);
}
