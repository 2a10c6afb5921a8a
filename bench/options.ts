import { parseArgs } from "node:util";

export interface BenchOptions {
  /** How many addresses. */
  counts: number[];
  /** Milliseconds that each request takes, beside the simulator's own work. */
  latencies: number[];
  rounds: number;
  /** In how many of them the naive one takes part. */
  naiveRounds: number;
  /** Addresses of the account in which one address is measured; 0: not measured. */
  account: number;
  /** The folder of the results. */
  out: string;
  /** Keeps the results of scenarios that are in the folder and not measured now. */
  add: boolean;
  /** Keeps those of the scenarios that are measured now as well: their rounds become more. */
  more: boolean;
  /** Puts the table into the README, too. */
  readme: boolean;
}

export const help = `Usage: npm run bench -- [options]

Measures Pulumi with this package beside the same Pulumi with three other providers, see bench/README.md.

  --n LIST         how many addresses, separated by commas (default 1,50,200,1000); 0: only one in --account
  --latency LIST   milliseconds that each request takes (default 0,100)
  --rounds N       how often each is measured; the four take turns (default 5)
  --naive-rounds N in how many of them the naive one takes part (default: all); with 1,000 it takes most of the time
  --account N      also one address in an account of so many; 0: not (default 20000)
  --out DIR        where the table, the chart and the raw numbers go (default bench/results)
  --add            keep what is in DIR of other scenarios: measured in parts, on one computer
  --more           the same, and add rounds to what is in DIR of these scenarios
  --readme         put the table into README.md, too
  --help           show this
`;

/** `undefined`: only the help was asked for. A wrong option is an error that says what is expected. */
export function benchOptions(args: string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      n: { type: "string", default: "1,50,200,1000" },
      latency: { type: "string", default: "0,100" },
      rounds: { type: "string", default: "5" },
      "naive-rounds": { type: "string" },
      account: { type: "string", default: "20000" },
      out: { type: "string", default: "bench/results" },
      add: { type: "boolean", default: false },
      more: { type: "boolean", default: false },
      readme: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const rounds = numberIn("--rounds", values.rounds, 1);
  return {
    counts: numbersIn("--n", values.n, 0).filter((count) => count > 0),
    latencies: numbersIn("--latency", values.latency, 0),
    rounds,
    naiveRounds: numberIn("--naive-rounds", values["naive-rounds"] ?? `${rounds}`, 0),
    account: numberIn("--account", values.account, 0),
    out: values.out,
    add: values.add,
    more: values.more,
    readme: values.readme,
  };
}

function numbersIn(option: string, text: string, least: number): number[] {
  const numbers = text.split(",").map((part) => numberIn(option, part, least));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function numberIn(option: string, text: string, least: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= 100_000) return number;
  throw new Error(`Expected ${option} to be a whole number from ${least} to 100000, got "${text}": see --help.`);
}
