import { chart } from "../../bench/chart";
import { benchOptions } from "../../bench/options";
import {
  inOrder,
  type Measurement,
  operations,
  type Run,
  roundsOf,
  type Scenario,
  statistic,
  type Variant,
  withoutScenarios,
} from "../../bench/results";
import { scenarioTables, thresholdTable } from "../../bench/table";
import { thresholdsOf } from "../../bench/thresholds";

const slow200: Scenario = { count: 200, latencyMs: 100, account: 0 };

function run(variant: Variant, wallMs: number, more: Partial<Run & Measurement> = {}): Run {
  const { round = 0, bytesPerResource = 1000, providerPeakKb = 100_000, ...scenario } = more;
  const measured = { wallMs, providerPeakKb, providerCpuMs: 500, programCpuMs: 400, allCpuMs: 2000, requests: 200 };
  const all = Object.fromEntries(operations.map((operation) => [operation, measured]));
  return { ...slow200, ...scenario, variant, round, bytesPerResource, operations: all as Run["operations"] };
}

/** All four, with the same times in every operation. */
const runs = [run("empty", 2000), run("lean", 2100), run("naive", 5500, { bytesPerResource: 8000 })];

describe("the options of the bench", () => {
  test("without arguments it measures what has to hold, five times", () => {
    expect(benchOptions([])).toEqual({
      counts: [1, 50, 200, 1000],
      latencies: [0, 100],
      rounds: 5,
      naiveRounds: 5,
      account: 20_000,
      out: "bench/results",
      add: false,
      more: false,
      readme: false,
    });
  });

  test("lists are sorted, and each number is measured once", () => {
    expect(benchOptions(["--n", "50,1,50"])?.counts).toEqual([1, 50]);
  });

  test("no addresses are asked for where only one in a large account is to be measured", () => {
    expect(benchOptions(["--n", "0"])).toMatchObject({ counts: [], account: 20_000 });
  });

  test("the naive one takes part in every round, or in as many as are asked for", () => {
    expect(benchOptions(["--rounds", "3"])?.naiveRounds).toBe(3);
    expect(benchOptions(["--naive-rounds", "0"])).toMatchObject({ rounds: 5, naiveRounds: 0 });
  });

  test.each([
    [["--n", "1,"], 'Expected --n to be a whole number from 0 to 100000, got ""'],
    [["--latency", "1.5"], 'Expected --latency to be a whole number from 0 to 100000, got "1.5"'],
    [["--rounds", "many"], 'Expected --rounds to be a whole number from 1 to 100000, got "many"'],
  ])("%j is refused with what is expected", (args, message) => {
    expect(() => benchOptions(args)).toThrow(message);
  });

  test("--help measures nothing", () => {
    expect(benchOptions(["--help"])).toBeUndefined();
  });
});

test.each([
  [[30, 10, 20], { min: 10, median: 20 }],
  [[40, 10, 20, 30], { min: 10, median: 25 }],
])("the rounds %j give %j", (walls, expected) => {
  const rounds = walls.map((wallMs, round) => run("lean", wallMs, { round }));
  const other = [run("empty", 1), run("lean", 1, { latencyMs: 0 }), run("lean", 1, { account: 20_000 })];
  expect(statistic([...other, ...rounds], slow200, "lean", ({ operations: { up } }) => up.wallMs)).toEqual(expected);
});

test("results of other scenarios are kept, in the order of account, latency and count", () => {
  const earlier = [run("lean", 1, { count: 1000 }), run("lean", 2, { round: 0 }), run("lean", 3, { round: 1 })];
  const kept = withoutScenarios(earlier, [slow200]);
  expect(kept).toEqual([earlier[0]]);
  const now = [run("lean", 4), run("lean", 5, { latencyMs: 0 }), run("lean", 6, { account: 20_000, latencyMs: 0 })];
  expect(inOrder([...kept, ...now]).map(({ operations: { up } }) => up.wallMs)).toEqual([5, 4, 1, 6]);
});

test("rounds are counted for each scenario", () => {
  const all = [run("lean", 1), run("lean", 1, { round: 1 }), run("empty", 1), run("lean", 1, { round: 2, count: 1 })];
  expect(roundsOf(all, slow200)).toBe(2);
  expect(scenarioTables(all)).toMatch(
    /200 addresses, 100 ms per request\n\n2 rounds\.\n[^#]*### 1 address, [^#]*One round\./,
  );
});

test("it is told where the naive one took part in fewer rounds", () => {
  const all = [run("lean", 1), run("naive", 1), run("lean", 1, { round: 1 })];
  expect(scenarioTables(all)).toContain("2 rounds, 1 of them with the naive one.");
});

describe("what must hold", () => {
  const outcome = (ours: Run) => thresholdsOf([...runs, ours]).map(({ measured, isMet }) => [measured, isMet]);

  test("is met by a package that is as fast as the floors allow", () => {
    expect(outcome(run("this package", 2200, { bytesPerResource: 2000 }))).toEqual([
      ["1.10 x", true],
      ["1.10 x", true],
      ["1.05 x", true],
      ["1.00 x", true],
      ["0.20 s", true],
      ["2.50 x", true],
      ["2.50 x", true],
      ["0.25 x", true],
    ]);
  });

  test("is not met by one that is a little slower and larger than that", () => {
    const ours = run("this package", 4000, { bytesPerResource: 2100, providerPeakKb: 126_000 });
    expect(outcome(ours).map(([, isMet]) => isMet)).toEqual(Array(8).fill(false));
  });

  test("allows a refresh more than a preview, whose program runs too", () => {
    const [preview, refresh] = thresholdsOf([...runs, run("this package", 2360)]);
    expect([preview?.limit, preview?.isMet]).toEqual(["at most 1.10 x", false]);
    expect([refresh?.limit, refresh?.isMet]).toEqual(["at most 1.20 x", true]);
  });

  test("is judged by the worst scenario", () => {
    const slower = [run("empty", 1000, { count: 1000 }), run("this package", 1500, { count: 1000 })];
    const [preview] = thresholdsOf([...runs, run("this package", 2000), ...slower]);
    expect(preview).toMatchObject({ measured: "1.50 x", isMet: false });
  });

  test("stands as not measured where other numbers of addresses were", () => {
    const table = thresholdTable(thresholdsOf([run("empty", 1000, { count: 5 })]));
    expect(table.match(/not measured/g)).toHaveLength(8);
    expect(table).not.toContain("met |");
  });
});

test("a scenario's table has times with the minimum, ratios to the floor of each operation, and only what was measured", () => {
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

test("the chart has a bar for each variant and operation, and cuts off one that is far too long", () => {
  const svg = chart([...runs, run("this package", 40_000)], [slow200]);
  for (const name of ["empty", "lean", "naive", "ours"]) {
    // One more stands in the legend.
    expect(svg.match(new RegExp(`<rect class="${name}"`, "g"))).toHaveLength(operations.length + 1);
  }
  expect(svg).toContain(">20.00</text>");
  const widths = [...svg.matchAll(/<rect class="ours" [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(Math.max(...widths)).toBe(300);
});
