import { sorted, statistic, withoutScenarios } from "../../bench/measurements";
import { run, slow200 } from "./support/runs";

test.each([
  [[30, 10, 20], { min: 10, median: 20 }],
  [[40, 10, 20, 30], { min: 10, median: 25 }],
])("the times %j have the statistic %j, without those of other variants and scenarios", (walls, expected) => {
  const rounds = walls.map((wallMs, round) => run("lean", wallMs, { round }));
  const other = [run("empty", 1), run("lean", 1, { latencyMs: 0 }), run("lean", 1, { account: 20_000 })];
  expect(statistic([...other, ...rounds], slow200, "lean", ({ operations: { up } }) => up.wallMs)).toEqual(expected);
});

test("runs of other scenarios are kept, and sorted by account, latency and count", () => {
  const earlier = [run("lean", 1, { count: 1000 }), run("lean", 2, { round: 0 }), run("lean", 3, { round: 1 })];
  const kept = withoutScenarios(earlier, [slow200]);
  expect(kept).toEqual([earlier[0]]);
  const now = [run("lean", 4), run("lean", 5, { latencyMs: 0 }), run("lean", 6, { account: 20_000, latencyMs: 0 })];
  expect(sorted([...kept, ...now]).map(({ operations: { up } }) => up.wallMs)).toEqual([5, 4, 1, 6]);
});
