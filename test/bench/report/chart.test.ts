import { operations } from "../../../bench/measurements";
import { chart } from "../../../bench/report/chart";
import { run, runs, slow200 } from "../support/runs";

test("the chart has a bar for each variant and operation, and cuts off a bar that does not fit", () => {
  const svg = chart([...runs, run("this package", 40_000)], [slow200]);
  for (const name of ["empty", "lean", "naive", "ours"]) {
    // One more is in the legend.
    expect(svg.match(new RegExp(`<rect class="${name}"`, "g"))).toHaveLength(operations.length + 1);
  }
  expect(svg).toContain(">20.00</text>");
  const widths = [...svg.matchAll(/<rect class="ours" [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(Math.max(...widths)).toBe(300);
});
