import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LocalWorkspace, OpMap, Stack } from "@pulumi/pulumi/automation";
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
export async function operate(stack: Stack, operation: Operation, how: How): Promise<Result> {
  const { pulumiCommand, workDir, envVars } = stack.workspace as LocalWorkspace;
  const cli = pulumiCommand.command;
  const events = join(envVars.TMPDIR as string, `${stack.name}-${Date.now()}.events`);
  const args = [operation, "--non-interactive", "--color=never", `--stack=${stack.name}`, `--event-log=${events}`];
  if (operation !== "preview") args.push("--yes", "--skip-preview");
  // Of the CLI's flags, --event-log is one for debugging.
  const env = { ...process.env, ...envVars, PULUMI_DEBUG_COMMANDS: "true" };
  const child = spawn(cli, [...args, ...flagsOf(operation, how)], {
    cwd: workDir,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });

  let output = "";
  const add = (text: string) => {
    output += text;
  };
  child.stdout.setEncoding("utf8").on("data", add);
  child.stderr.setEncoding("utf8").on("data", add);
  // A stop that is lost five times is asked for every 45 s, in the soak only.
  const { signal = AbortSignal.timeout(isSoak ? 900_000 : 240_000) } = how;
  const interrupt = () => child.kill("SIGINT");
  signal.addEventListener("abort", interrupt);
  try {
    const [exitCode] = await once(child, "close");
    return { ok: exitCode === 0, output, changes: changesIn(events) };
  } finally {
    signal.removeEventListener("abort", interrupt);
    rmSync(events, { force: true });
  }
}

function flagsOf(operation: Operation, how: How): string[] {
  const switches = { diff: how.diff, debug: how.debug, logflow: how.logFlow, logtostderr: how.logToStdErr };
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
  const isGoingOn = how.continueOnError === true && (operation === "up" || operation === "destroy");
  const isSet = Object.entries({ ...switches, refresh: how.refresh, "continue-on-error": isGoingOn });
  return [
    ...isSet.filter(([, value]) => value).map(([flag]) => `--${flag}`),
    ...Object.entries(values).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}=${value}`])),
    ...Object.entries(lists).flatMap(([flag, list = []]) => list.map((value) => `--${flag}=${value}`)),
  ];
}

/** The engine's event log has a JSON value in each line; that of an operation that was killed has no summary. */
function changesIn(events: string): OpMap {
  const lines = readFileSync(events, "utf8").split("\n");
  const summary = lines.findLast((line) => line.includes('"summaryEvent"'));
  return summary === undefined ? {} : JSON.parse(summary).summaryEvent.resourceChanges;
}
