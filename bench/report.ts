import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chart } from "./chart";
import { type Run, type Scenario, scenariosOf } from "./results";
import { scenarioTables, thresholdTable } from "./table";
import { thresholdsOf } from "./thresholds";

export interface Findings {
  runs: readonly Run[];
  machine: string;
  /** Put the table of what must hold into the README. */
  readme: boolean;
}

/** Writes `table.md`, `chart.svg` and `runs.json` into the folder. */
export function writeReport(root: string, folder: string, { runs, machine, readme }: Findings): void {
  mkdirSync(folder, { recursive: true });
  const thresholds = thresholdTable(thresholdsOf(runs));
  const how = `On ${machine}. Medians, with the minimum in brackets. [What is compared](../README.md).`;
  const table = ["# Results of `npm run bench`", how, thresholds, "![chart](chart.svg)", scenarioTables(runs)];
  writeFileSync(join(folder, "table.md"), `${table.join("\n\n")}\n`);
  writeFileSync(join(folder, "chart.svg"), chart(runs, charted(runs)));
  writeFileSync(join(folder, rawNumbers), `${JSON.stringify(runs)}\n`);
  if (readme) replaceIn(join(root, "README.md"), thresholds);
}

/** On standard output: what must hold. */
export function showThresholds(runs: readonly Run[], folder: string): void {
  console.log(`${thresholdTable(thresholdsOf(runs))}\n\nAll results: ${join(folder, "table.md")}`);
}

const rawNumbers = "runs.json";

/** Of an earlier bench; none where there was none. */
export function runsIn(folder: string): Run[] {
  const file = join(folder, rawNumbers);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

/** The two panels: 200 addresses where they were measured, or else the most. */
function charted(runs: readonly Run[]): Scenario[] {
  const scenarios = scenariosOf(runs).filter(({ account }) => account === 0);
  const counts = scenarios.map(({ count }) => count);
  const count = counts.includes(200) ? 200 : Math.max(...counts);
  return scenarios.filter((scenario) => scenario.count === count);
}

const [begin, end] = ["<!-- bench -->", "<!-- /bench -->"];

function replaceIn(file: string, table: string): void {
  const [before, rest] = readFileSync(file, "utf8").split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`Expected ${begin} and ${end} in ${file}, got none: put them back.`);
  writeFileSync(file, `${before}${begin}\n${table}\n${end}${after}`);
}
