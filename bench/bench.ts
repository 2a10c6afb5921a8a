import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { buildPackage } from "../tools/build";
import { obtainPulumiCli } from "../tools/pulumiCli/obtainPulumiCli";
import { runTool } from "../tools/runTool";
import { untilInterrupted } from "./interruption";
import { type BenchOptions, benchOptions, help } from "./options";
import { runsIn, showThresholds, writeReport } from "./report";
import { inOrder, type Run, roundsOf, type Scenario, type Variant, variants, withoutScenarios } from "./results";
import { type Bench, runStack } from "./stackRun";

const root = join(__dirname, "..");

/** `npm run bench -- OPTIONS`: measures, and writes a table and a chart. */
async function bench(args: string[]): Promise<number> {
  const options = benchOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return 0;
  }
  if (process.platform !== "linux") throw new Error("The bench reads /proc: expected Linux, run it there.");
  const giveUp = untilInterrupted();
  const cli = await obtainPulumiCli();
  await buildPackage(root);
  const out = resolve(root, options.out);
  const scenarios = scenariosIn(options);
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, Pulumi ${cli.version}`;
  const runs = runsBefore(out, scenarios, options);
  for (const scenario of scenarios) {
    for await (const round of roundsIn({ root, cli, giveUp }, scenario, options, roundsOf(runs, scenario))) {
      runs.push(...round);
      // After each round: a bench that is cut off later has these.
      writeReport(root, out, { runs: inOrder(runs), machine, readme: options.readme });
    }
  }
  showThresholds(runs, out);
  return 0;
}

function runsBefore(out: string, scenarios: Scenario[], { add, more }: BenchOptions): Run[] {
  if (more) return runsIn(out);
  return add ? withoutScenarios(runsIn(out), scenarios) : [];
}

function scenariosIn({ counts, latencies, account }: BenchOptions): Scenario[] {
  const scenarios = latencies.flatMap((latencyMs) => counts.map((count) => ({ count, latencyMs, account: 0 })));
  if (account === 0) return scenarios;
  return [...scenarios, ...latencies.map((latencyMs) => ({ count: 1, latencyMs, account }))];
}

/** The variants take turns, each round another one first: what slows the machine down for a while slows all of them. */
async function* roundsIn(
  bench: Bench,
  scenario: Scenario,
  { rounds, naiveRounds }: Pick<BenchOptions, "rounds" | "naiveRounds">,
  before: number,
): AsyncGenerator<Run[]> {
  for (let count = 0; count < rounds; count++) {
    const round = before + count;
    const compared = comparedIn(scenario).filter((variant) => variant !== "naive" || count < naiveRounds);
    const turns = compared.map((_, index) => compared[(index + round) % compared.length] as Variant);
    const runs: Run[] = [];
    for (const variant of turns) {
      const run = { ...(await runStack(bench, scenario, variant)), round };
      runs.push(run);
      tell(run);
    }
    yield runs;
  }
}

function tell({ count, latencyMs, account, round, variant, operations }: Run): void {
  const seconds = Object.entries(operations).map(([name, { wallMs }]) => `${name} ${(wallMs / 1000).toFixed(2)}`);
  const where = account === 0 ? "" : ` in an account of ${account}`;
  console.error(`${count} x ${latencyMs} ms${where}, round ${round + 1}, ${variant}: ${seconds.join(", ")} s`);
}

const comparedIn = ({ account }: Scenario): readonly Variant[] =>
  account === 0 ? variants : ["empty", "this package"];

runTool(() => bench(process.argv.slice(2)));
