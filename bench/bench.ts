import { join, resolve } from "node:path";
import { buildPackage } from "../tools/build";
import { Interrupted } from "../tools/childProcess";
import { obtainPulumiCli } from "../tools/pulumiCli/obtainPulumiCli";
import { runTool } from "../tools/runTool";
import { machineWith } from "./machine";
import { type Run, roundsOf, type Scenario, sorted, type Variant, variants, withoutScenarios } from "./measurements";
import { type BenchOptions, benchOptions, help } from "./options";
import { printThresholds, readRuns, writeReport } from "./report/report";
import { type Bench, runStack } from "./run/stackRun";

const root = join(__dirname, "..");

/** `npm run bench -- OPTIONS`: measures the providers, and writes a table and a chart. */
async function bench(args: string[]): Promise<number> {
  const options = benchOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return 0;
  }
  if (process.platform !== "linux") throw new Error("The bench reads /proc: run it on Linux.");
  const giveUp = abortOnInterrupt();
  const cli = await obtainPulumiCli();
  await buildPackage(root);
  const out = resolve(root, options.out);
  const scenarios = scenariosIn(options);
  const machine = machineWith(cli);
  const runs = keptRuns(out, scenarios, options);
  for (const scenario of scenarios) {
    for await (const round of roundsIn({ root, cli, giveUp }, scenario, options, roundsOf(runs, scenario))) {
      runs.push(...round);
      // After each round, so that an interrupted bench leaves what it has measured.
      writeReport(root, out, { runs: sorted(runs), machine, docs: options.docs });
    }
  }
  printThresholds(runs, out);
  return 0;
}

function keptRuns(out: string, scenarios: Scenario[], { add, more }: BenchOptions): Run[] {
  if (more) return readRuns(out);
  return add ? withoutScenarios(readRuns(out), scenarios) : [];
}

function scenariosIn({ counts, latencies, account }: BenchOptions): Scenario[] {
  const scenarios = latencies.flatMap((latencyMs) => counts.map((count) => ({ count, latencyMs, account: 0 })));
  if (account === 0) return scenarios;
  return [...scenarios, ...latencies.map((latencyMs) => ({ count: 1, latencyMs, account }))];
}

/** The variants take turns, and each round starts with another one, so that a slow phase of the machine affects them all. */
async function* roundsIn(
  bench: Bench,
  scenario: Scenario,
  { rounds, naiveRounds }: Pick<BenchOptions, "rounds" | "naiveRounds">,
  earlierRounds: number,
): AsyncGenerator<Run[]> {
  for (let count = 0; count < rounds; count++) {
    const round = earlierRounds + count;
    const compared = variantsIn(scenario).filter((variant) => variant !== "naive" || count < naiveRounds);
    const turns = compared.map((_, index) => compared[(index + round) % compared.length] as Variant);
    const runs: Run[] = [];
    for (const variant of turns) {
      const run = { ...(await runStack(bench, scenario, variant)), round };
      runs.push(run);
      logRun(run);
    }
    yield runs;
  }
}

function logRun({ count, latencyMs, account, round, variant, operations }: Run): void {
  const seconds = Object.entries(operations).map(([name, { wallMs }]) => `${name} ${(wallMs / 1000).toFixed(2)}`);
  const where = account === 0 ? "" : ` in an account of ${account}`;
  console.error(`${count} x ${latencyMs} ms${where}, round ${round + 1}, ${variant}: ${seconds.join(", ")} s`);
}

const variantsIn = ({ account }: Scenario): readonly Variant[] =>
  account === 0 ? variants : ["empty", "this package"];

/** Ctrl-C ends the current run, with everything that it has started. */
function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => controller.abort(new Interrupted(signal)));
  }
  return controller.signal;
}

runTool(() => bench(process.argv.slice(2)));
