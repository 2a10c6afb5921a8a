import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LocalWorkspace, OpMap, Stack } from "@pulumi/pulumi/automation";
import { runCommand } from "./runCommand";
import { isSoak } from "./soak";

export type Operation = "preview" | "up" | "refresh" | "destroy";

/** Flags of an operation, as the CLI has them. `plan` is the file that a preview saves and an `up` follows. */
export interface How {
  parallel?: number;
  /** A refresh does not know it, and goes on anyway. */
  continueOnError?: boolean;
  refresh?: boolean;
  plan?: string;
  diff?: boolean;
  debug?: boolean;
  logFlow?: boolean;
  logToStdErr?: boolean;
  /** The number of `-v`. */
  logVerbosity?: number;
  /** URNs. */
  target?: string[];
  replace?: string[];
  /** Folders. */
  policyPacks?: string[];
  /** Files. */
  policyPackConfigs?: string[];
  /** Interrupts the CLI. Default: after four minutes, in the soak after fifteen. */
  signal?: AbortSignal;
}

export interface Result {
  ok: boolean;
  /** What the user sees, standard output and standard error. */
  output: string;
  /** How many resources had which operation, the stack itself too. */
  changes: OpMap;
}

/**
 * Runs the CLI itself. Pulumi's Automation API would read the stack's history and outputs with three more runs of the CLI after
 * each operation, and take a fifth of the time of all engine tests for what no test asks for.
 */
export async function operate(
  stack: Stack,
  operation: Operation,
  how: How,
  moreFlags: readonly string[] = [],
): Promise<Result> {
  const { pulumiCommand, workDir, envVars } = stack.workspace as LocalWorkspace;
  const events = join(envVars.TMPDIR as string, `${stack.name}-${Date.now()}.events`);
  const args = [operation, "--non-interactive", "--color=never", `--stack=${stack.name}`, `--event-log=${events}`];
  if (operation !== "preview") args.push("--yes", "--skip-preview");
  // Of the CLI's flags, --event-log is one for debugging.
  const env = { ...process.env, ...envVars, PULUMI_DEBUG_COMMANDS: "true" };
  // A stop that is lost five times is asked for every 45 s, in the soak only.
  const { signal = AbortSignal.timeout(isSoak ? 900_000 : 240_000) } = how;
  const where = { cwd: workDir, env, signal };
  const { code, output } = await runCommand(
    pulumiCommand.command,
    [...args, ...flagsOf(operation, how), ...moreFlags],
    where,
  );
  const changes = changesIn(events);
  rmSync(events, { force: true });
  return { ok: code === 0, output, changes };
}

function flagsOf(operation: Operation, how: How): string[] {
  const switches = {
    refresh: how.refresh,
    diff: how.diff,
    debug: how.debug,
    logflow: how.logFlow,
    logtostderr: how.logToStdErr,
    "continue-on-error": how.continueOnError === true && (operation === "up" || operation === "destroy"),
  };
  const values = {
    parallel: how.parallel,
    verbose: how.logVerbosity,
    [operation === "preview" ? "save-plan" : "plan"]: how.plan,
  };
  const lists = {
    target: how.target,
    replace: how.replace,
    "policy-pack": how.policyPacks,
    "policy-pack-config": how.policyPackConfigs,
  };
  return [
    ...Object.entries(switches)
      .filter(([, value]) => value)
      .map(([flag]) => `--${flag}`),
    ...Object.entries(values).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}=${value}`])),
    ...Object.entries(lists).flatMap(([flag, list = []]) => list.map((value) => `--${flag}=${value}`)),
  ];
}

/** The engine's event log has a JSON value in each line. There is no log if no engine was started, and no summary if it was killed. */
function changesIn(events: string): OpMap {
  if (!existsSync(events)) return {};
  const lines = readFileSync(events, "utf8").split("\n");
  const summary = lines.findLast((line) => line.includes('"summaryEvent"'));
  return summary === undefined ? {} : JSON.parse(summary).summaryEvent.resourceChanges;
}
