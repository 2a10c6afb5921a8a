import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { buildPackage } from "../tools/build";
import { obtainPulumiCli } from "../tools/pulumiCli";
import { runTool } from "../tools/runTool";
import { untilInterrupted } from "./interruption";
import { type BenchOptions, benchOptions, help } from "./options";
import { runsIn, writeReport } from "./report";
import { inOrder, type Run, type Scenario, type Variant, variants, withoutScenarios } from "./results";
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
  const runs = options.add ? withoutScenarios(runsIn(out), scenarios) : [];
  for (const scenario of scenarios) {
    runs.push(...(await measureScenario({ root, cli, giveUp }, scenario, options)));
  }
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, Pulumi ${cli.version}`;
  writeReport(root, out, { runs: inOrder(runs), machine, readme: options.readme });
  return 0;
}

function scenariosIn({ counts, latencies, account }: BenchOptions): Scenario[] {
  const scenarios = latencies.flatMap((latencyMs) => counts.map((count) => ({ count, latencyMs, account: 0 })));
  if (account === 0) return scenarios;
  return [...scenarios, ...latencies.map((latencyMs) => ({ count: 1, latencyMs, account }))];
}

/** The variants take turns, each round another one first: what slows the machine down for a while slows all of them. */
async function measureScenario(
  bench: Bench,
  scenario: Scenario,
  { rounds, naiveRounds }: Pick<BenchOptions, "rounds" | "naiveRounds">,
): Promise<Run[]> {
  const { count, latencyMs, account } = scenario;
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    const compared = comparedIn(scenario).filter((variant) => variant !== "naive" || round < naiveRounds);
    const turns = compared.map((_, index) => compared[(index + round) % compared.length] as Variant);
    for (const variant of turns) {
      const run = { ...(await runStack(bench, scenario, variant)), round };
      runs.push(run);
      const seconds = Object.entries(run.operations).map(
        ([name, { wallMs }]) => `${name} ${(wallMs / 1000).toFixed(2)}`,
      );
      const where = account === 0 ? "" : ` in an account of ${account}`;
      console.error(
        `${count} x ${latencyMs} ms${where}, round ${round + 1} of ${rounds}, ${variant}: ${seconds.join(", ")} s`,
      );
    }
  }
  return runs;
}

const comparedIn = ({ account }: Scenario): readonly Variant[] =>
  account === 0 ? variants : ["empty", "this package"];

runTool(() => bench(process.argv.slice(2)));
