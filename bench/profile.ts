import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackage } from "../tools/build";
import { obtainPulumiCli } from "../tools/pulumiCli/obtainPulumiCli";
import { runTool } from "../tools/runTool";
import { untilInterrupted } from "./interruption";
import { benchOptions } from "./options";
import { type CpuProfile, functionOf, timesByOwner } from "./profileTimes";
import { type Operation, operations, type Run } from "./results";
import { runStack } from "./stackRun";
import { table, titleOf } from "./table";

const root = join(__dirname, "..");

/**
 * `npm run bench:profile -- --n 200 --latency 0`: where the time goes, in one run of the lean provider and one of this
 * package, in Markdown. Recording takes time itself: shares are what to read.
 */
async function profile(args: string[]): Promise<number> {
  const { counts, latencies } = benchOptions(["--n", "200", "--latency", "0", ...args]) ?? {
    counts: [],
    latencies: [],
  };
  const [count, latencyMs] = [counts[0], latencies[0]];
  if (count === undefined || latencyMs === undefined) {
    console.log("Usage: npm run bench:profile -- [--n 200] [--latency 0]");
    return 0;
  }
  const giveUp = untilInterrupted();
  const cli = await obtainPulumiCli();
  await buildPackage(root);
  for (const variant of ["lean", "this package"] as const) {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-profile-"));
    const environmentOf = (operation: Operation) => ({
      NODE_OPTIONS: `--require ${join(__dirname, "recordProfile.js")}`,
      BENCH_PROFILES: folderOf(folder, operation),
    });
    try {
      const scenario = { count, latencyMs, account: 0 };
      const run = await runStack({ root, cli, giveUp, environmentOf }, scenario, variant);
      const byProcess = roles.map(([role, name]) => ownerTimes(folder, role, name));
      const tables = [processTimes(run), ...byProcess, ...(variant === "lean" ? [] : [functionTimes(folder)])];
      console.log([`### ${variant}: ${titleOf(scenario)}`, ...tables, ""].join("\n\n"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return 0;
}

const roles = [
  ["dynamic-provider", "the provider process"],
  ["run", "the program"],
] as const;

function folderOf(folder: string, operation: Operation): string {
  const profiles = join(folder, operation.replace(" ", "-"));
  mkdirSync(profiles, { recursive: true });
  return profiles;
}

/** CPU time by process, in milliseconds. */
function processTimes(run: Omit<Run, "round">): string {
  const row = (name: string, value: (operation: Operation) => number) => [
    name,
    ...operations.map((operation) => value(operation).toFixed(0)),
  ];
  const of = (operation: Operation) => run.operations[operation];
  return table(
    ["ms", ...operations],
    [
      row("wall time", (operation) => of(operation).wallMs),
      row("CPU: provider", (operation) => of(operation).providerCpuMs),
      row("CPU: program", (operation) => of(operation).programCpuMs),
      row("CPU: CLI with engine, and language host", (operation) => {
        const { allCpuMs, providerCpuMs, programCpuMs } = of(operation);
        return allCpuMs - providerCpuMs - programCpuMs;
      }),
    ],
  );
}

/** Wall time of a process by whose work it was, in milliseconds. */
function ownerTimes(folder: string, role: string, name: string): string {
  return timesTable(
    `ms in ${name}`,
    operations.map((operation) => timesByOwner(profilesIn(folderOf(folder, operation), role))),
  );
}

/** Of the life cycle's own functions, with what Node does for each. */
function functionTimes(folder: string): string {
  const columns = operations.map((operation) => {
    const times = timesByOwner(profilesIn(folderOf(folder, operation), "dynamic-provider"), functionOf);
    return new Map([...times].filter(([name]) => name.endsWith(".js)")));
  });
  return timesTable("ms in this package's functions", columns);
}

function timesTable(title: string, columns: readonly ReadonlyMap<string, number>[]): string {
  const total = (name: string) => columns.reduce((sum, times) => sum + (times.get(name) ?? 0), 0);
  const names = [...new Set(columns.flatMap((times) => [...times.keys()]))].sort((a, b) => total(b) - total(a));
  const rows = names
    .filter((name) => total(name) >= leastMs)
    .map((name) => [name, ...columns.map((times) => (times.get(name) ?? 0).toFixed(0))]);
  return table([title, ...operations], rows);
}

const leastMs = 20;

function profilesIn(folder: string, role: string): CpuProfile[] {
  const files = readdirSync(folder).filter((file) => file.startsWith(`${role}-`));
  return files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
}

runTool(() => profile(process.argv.slice(2)));
