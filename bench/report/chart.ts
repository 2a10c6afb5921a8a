import { median, type Operation, operations, type Run, type Scenario, type Variant, variants } from "../measurements";
import { titleOf } from "./table";

/**
 * The wall time of each operation as a multiple of the empty provider's, a panel for each scenario. A bar that does
 * not fit is cut off, and its number shows the ratio. Follows the reader's light or dark theme.
 */
export function chart(runs: readonly Run[], scenarios: readonly Scenario[]): string {
  const longest = Math.min(maxRatio, Math.max(1, ...scenarios.flatMap((scenario) => ratiosIn(runs, scenario))));
  const panels = scenarios.map((scenario, index) => {
    const x = margin + index * panelWidth;
    return `<g transform="translate(${x} ${legendHeight})">${panel(runs, scenario, longest)}</g>`;
  });
  const width = 2 * margin + scenarios.length * panelWidth;
  const height = legendHeight + titleHeight + operations.length * groupHeight + margin;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    "<title>Wall time of Pulumi's operations, relative to an empty provider</title>",
    style,
    `<rect class="background" width="${width}" height="${height}" rx="8"/>`,
    `<g transform="translate(${margin} 24)">${legend()}</g>`,
    ...panels,
    "</svg>",
  ].join("\n")}\n`;
}

const margin = 16;
const legendHeight = 68;
const titleHeight = 32;
const barHeight = 12;
const groupHeight = variants.length * barHeight + 18;
const labelWidth = 76;
const barsWidth = 300;
const panelWidth = labelWidth + barsWidth + 76;
const maxRatio = 6;

function panel(runs: readonly Run[], scenario: Scenario, longest: number): string {
  const scale = barsWidth / longest;
  const groups = operations.map((operation, index) => {
    const y = titleHeight + index * groupHeight;
    const label = `<text x="${labelWidth - 8}" y="${y + groupHeight / 2 - 5}" text-anchor="end">${operation}</text>`;
    const bars = variants.map((variant, bar) => barOf(variant, y + bar * barHeight, scale, runs, scenario, operation));
    return [label, ...bars].join("\n");
  });
  const x = labelWidth + scale;
  const bottom = titleHeight + operations.length * groupHeight - 12;
  return [
    `<text class="title" x="0" y="12">${titleOf(scenario)}</text>`,
    `<line x1="${x}" y1="${titleHeight - 6}" x2="${x}" y2="${bottom}"/>`,
    ...groups,
  ].join("\n");
}

function barOf(
  variant: Variant,
  y: number,
  scale: number,
  runs: readonly Run[],
  scenario: Scenario,
  operation: Operation,
): string {
  const ratio = ratioToEmpty(runs, scenario, variant, operation);
  if (ratio === undefined) return "";
  const width = Math.min(ratio * scale, barsWidth).toFixed(1);
  const number = `<text class="number" x="${labelWidth + Number(width) + 4}" y="${y + barHeight - 3}">${ratio.toFixed(2)}</text>`;
  return `<rect class="${classOf(variant)}" x="${labelWidth}" y="${y}" width="${width}" height="${barHeight - 2}"/>${number}`;
}

function ratiosIn(runs: readonly Run[], scenario: Scenario): number[] {
  return operations.flatMap((operation) =>
    variants.map((variant) => ratioToEmpty(runs, scenario, variant, operation) ?? 1),
  );
}

function ratioToEmpty(
  runs: readonly Run[],
  scenario: Scenario,
  variant: Variant,
  operation: Operation,
): number | undefined {
  const wall = (one: Variant) => median(runs, scenario, one, (run) => run.operations[operation].wallMs);
  const [time, empty] = [wall(variant), wall("empty")];
  return time === undefined || empty === undefined ? undefined : time / empty;
}

function legend(): string {
  const entries = variants.map((variant, index) => {
    const x = index * 84;
    return `<rect class="${classOf(variant)}" x="${x}" y="-10" width="12" height="12"/><text x="${x + 18}" y="0">${variant}</text>`;
  });
  return [...entries, `<text x="0" y="20">wall time relative to the empty provider (the line)</text>`].join("");
}

const classOf = (variant: Variant) => variant.replace("this package", "ours");

const style = `<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 } .number { font-size: 10px; paint-order: stroke; stroke-width: 3px; stroke: #ffffff }
  .background { fill: #ffffff } line { stroke: #57606a; stroke-dasharray: 3 3 }
  .empty { fill: #afb8c1 } .lean { fill: #6e7781 } .naive { fill: #bc4c00 } .ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .number { stroke: #0d1117 } .background { fill: #0d1117 } line { stroke: #8b949e }
    .empty { fill: #484f58 } .lean { fill: #8b949e } .naive { fill: #db6d28 } .ours { fill: #58a6ff }
  }
</style>`;
