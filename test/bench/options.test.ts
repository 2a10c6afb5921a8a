import { benchOptions } from "../../bench/options";

describe("the options of the bench", () => {
  test("without arguments the bench measures the scenarios of the limits, five times", () => {
    expect(benchOptions([])).toEqual({
      counts: [1, 50, 200, 1000],
      latencies: [0, 100],
      rounds: 5,
      naiveRounds: 5,
      account: 20_000,
      out: "bench/results",
      add: false,
      more: false,
      docs: false,
    });
  });

  test("lists are sorted, and each number is measured once", () => {
    expect(benchOptions(["--n", "50,1,50"])?.counts).toEqual([1, 50]);
  });

  test("--n 0 leaves only the scenario with a large account", () => {
    expect(benchOptions(["--n", "0"])).toMatchObject({ counts: [], account: 20_000 });
  });

  test("the naive provider takes part in every round, or in as many as --naive-rounds says", () => {
    expect(benchOptions(["--rounds", "3"])?.naiveRounds).toBe(3);
    expect(benchOptions(["--naive-rounds", "0"])).toMatchObject({ rounds: 5, naiveRounds: 0 });
  });

  test.each([
    [["--n", "1,"], 'Expected --n to be a whole number from 0 to 100000, got ""'],
    [["--latency", "1.5"], 'Expected --latency to be a whole number from 0 to 100000, got "1.5"'],
    [["--rounds", "many"], 'Expected --rounds to be a whole number from 1 to 100000, got "many"'],
  ])("%j is refused, and the error says what is expected", (args, message) => {
    expect(() => benchOptions(args)).toThrow(message);
  });

  test("--help measures nothing", () => {
    expect(benchOptions(["--help"])).toBeUndefined();
  });
});
