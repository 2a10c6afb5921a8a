import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { runStep } from "../../tools/childProcess";
import { environmentWith } from "../../tools/pulumiCli/environment";
import type { Measurement, Operation, Run, Scenario, Usage, Variant } from "../measurements";
import { endProcesses, watchProcesses } from "./processes";
import { installProject, writeProgram } from "./program";
import { type SimulatorProcess, startSimulatorProcess } from "./simulatorProcess";

export interface Bench {
  /** The root folder of this repository. */
  root: string;
  cli: PulumiCommand;
  /** Aborts a run. */
  giveUp: AbortSignal;
}

/** One stack from `up` to `destroy` with its own folder, Pulumi home and account. */
export async function runStack(bench: Bench, scenario: Scenario, variant: Variant): Promise<Omit<Run, "round">> {
  bench.giveUp.throwIfAborted();
  const folder = mkdtempSync(join(tmpdir(), "pulumi-bench-"));
  const home = join(folder, "home");
  let simulator: SimulatorProcess | undefined;
  try {
    installProject(bench.root, folder);
    simulator = await startSimulatorProcess(bench.root, folder, scenario);
    return await measureOperations(bench, { folder, home, simulator }, scenario, variant);
  } finally {
    endProcesses(home);
    await simulator?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Place {
  folder: string;
  home: string;
  simulator: SimulatorProcess;
}

async function measureOperations(
  bench: Bench,
  place: Place,
  scenario: Scenario,
  variant: Variant,
): Promise<Omit<Run, "round">> {
  const { folder } = place;
  for (const name of ["state", "tmp"]) mkdirSync(join(folder, name));
  const measure = (operation: Operation) => measureOperation(bench, place, operation);
  writeProgram(folder, variant, scenario.count);
  await pulumi(bench, place, ["stack", "init", "bench"]);
  const up = await measure("up");
  const preview = await measure("preview");
  const refresh = await measure("refresh");
  writeProgram(folder, variant, scenario.count, "mail");
  const edit = await measure("PTR edit");
  const bytesPerResource = stateBytes(folder) / scenario.count;
  const destroy = await measure("destroy");
  return { ...scenario, variant, operations: { up, preview, refresh, "PTR edit": edit, destroy }, bytesPerResource };
}

/** As the Automation API calls them: without the preview that the CLI would make first. */
const commands: Record<Operation, string[]> = {
  up: ["up", "--yes", "--skip-preview"],
  preview: ["preview", "--expect-no-changes"],
  refresh: ["refresh", "--yes", "--skip-preview", "--expect-no-changes"],
  "PTR edit": ["up", "--yes", "--skip-preview"],
  destroy: ["destroy", "--yes", "--skip-preview"],
};

async function measureOperation(bench: Bench, place: Place, operation: Operation): Promise<Measurement> {
  await place.simulator.warmUp();
  await place.simulator.takeRequestCount();
  const watch = watchProcesses(place.home);
  const startedAt = performance.now();
  let usage: Usage;
  let wallMs: number;
  try {
    await pulumi(bench, place, commands[operation]);
  } finally {
    wallMs = performance.now() - startedAt;
    usage = watch.end();
  }
  return { wallMs, ...usage, requests: await place.simulator.takeRequestCount() };
}

/** Runs the CLI without the user's own accounts at UpCloud and Pulumi. */
async function pulumi(bench: Bench, place: Place, args: string[]): Promise<void> {
  const { folder, home, simulator } = place;
  const outer = Object.entries(environmentWith(bench.cli)).filter(([name]) => !/^(UPCLOUD|PULUMI)_/.test(name));
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(outer),
    PULUMI_HOME: home,
    TMPDIR: join(folder, "tmp"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_STACK: args[0] === "stack" ? undefined : "bench",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    UPCLOUD_DEBUG_API_BASE_URL: simulator.url,
    UPCLOUD_TOKEN: simulator.token,
  };
  const options = { cwd: folder, env, giveUp: bench.giveUp };
  await runStep(bench.cli.command, [...args, "--non-interactive", "--color", "never"], options);
}

/** The size of all addresses in the stack's state, without white space. */
function stateBytes(folder: string): number {
  const file = join(folder, "state/.pulumi/stacks/bench/bench.json");
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8"));
  const resources: { type: string }[] = checkpoint.latest.resources;
  const ours = resources.filter(({ type }) => type.startsWith("pulumi-nodejs:"));
  return Buffer.byteLength(ours.map((resource) => JSON.stringify(resource)).join(""));
}
