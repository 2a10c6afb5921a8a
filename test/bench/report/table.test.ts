import { roundsOf } from "../../../bench/measurements";
import { scenarioTables } from "../../../bench/report/table";
import { run, runs, slow200 } from "../support/runs";

test("each scenario's table tells its own number of rounds", () => {
  const all = [run("lean", 1), run("lean", 1, { round: 1 }), run("empty", 1), run("lean", 1, { round: 2, count: 1 })];
  expect(roundsOf(all, slow200)).toBe(2);
  expect(scenarioTables(all)).toMatch(
    /200 addresses, 100 ms per request\n\n2 rounds\.\n[^#]*### 1 address, [^#]*One round\./,
  );
});

test("the table tells when the naive provider took part in fewer rounds", () => {
  const all = [run("lean", 1), run("naive", 1), run("lean", 1, { round: 1 })];
  expect(scenarioTables(all)).toContain("2 rounds, 1 of them with the naive provider.");
});

test("a scenario's table shows times with their minimum, ratios to the floor of each operation, and only measured variants", () => {
  const large = { count: 1, account: 20_000 };
  const tables = scenarioTables([
    ...runs,
    run("this package", 2310),
    run("empty", 1000, large),
    run("this package", 1500, large),
  ]);
  expect(tables).toContain("### 200 addresses, 100 ms per request");
  expect(tables).toContain("| up | 2.00 (2.00) | 2.10 (2.10) | 5.50 (5.50) | 2.31 (2.31) | 1.10 x lean | 2.38 x |");
  expect(tables).toContain(
    "| refresh | 2.00 (2.00) | 2.10 (2.10) | 5.50 (5.50) | 2.31 (2.31) | 1.16 x empty | 2.38 x |",
  );
  expect(tables).toContain("### 1 address in an account of 20,000, 100 ms per request");
  expect(tables).toContain("| up | 1.00 (1.00) | 1.50 (1.50) | 1.50 x empty |");
});
