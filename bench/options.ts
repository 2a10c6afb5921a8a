import { parseArgs } from "node:util";

export interface BenchOptions {
  /** How many addresses, each a scenario. */
  counts: number[];
  /** How long each request takes, in milliseconds, beside the simulator's own work. */
  latencies: number[];
  rounds: number;
  /** In how many of them the naive provider takes part. */
  naiveRounds: number;
  /** How many addresses the account of the extra scenario with one address has; 0: no such scenario. */
  account: number;
  /** The folder of the results. */
  out: string;
  /** Keeps results in the folder of scenarios that are not measured now. */
  add: boolean;
  /** Keeps all results in the folder, and adds rounds to them. */
  more: boolean;
  /** Also puts the table of limits into docs/speed.md. */
  docs: boolean;
}

export const help = `Usage: npm run bench -- [options]

Measures Pulumi with this package and with three other providers, see bench/README.md.

  --n LIST         how many addresses, separated by commas (default 1,50,200,1000); 0: only the scenario of --account
  --latency LIST   milliseconds per request, separated by commas (default 0,100)
  --rounds N       how often each provider is measured (default 5); they take turns
  --naive-rounds N in how many rounds the naive provider takes part (default: all); with 1,000 addresses it takes most of the time
  --account N      also measure one address in an account of N addresses (default 20000); 0: do not
  --out DIR        folder of the table, the chart and the raw numbers (default bench/results)
  --add            keep the results in DIR of other scenarios, to measure in parts on one computer
  --more           keep all results in DIR, and add rounds to them
  --docs           also put the table of limits into docs/speed.md
  --help           show this help
`;

/** `undefined` if --help was given. A wrong option is an error that says what is expected. */
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
      docs: { type: "boolean", default: false },
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
    docs: values.docs,
  };
}

function numbersIn(option: string, text: string, minimum: number): number[] {
  const numbers = text.split(",").map((part) => numberIn(option, part, minimum));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function numberIn(option: string, text: string, minimum: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= minimum && number <= 100_000) return number;
  throw new Error(`Expected ${option} to be a whole number from ${minimum} to 100000, got "${text}": see --help.`);
}
