import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";

export interface StepOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Aborts the command. */
  giveUp?: AbortSignal;
}

/** Ctrl-C, or another signal to terminate, arrived while a step ran. All processes of the step have been killed. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}.`);
    this.name = "Interrupted";
    this.exitCode = exitCodeOf(signal);
  }
}

/**
 * Runs a command quietly: resolves to its stdout, or rejects with the last lines that it printed. An aborted
 * step is killed with everything it has started, and rejects with the reason of the abort.
 */
export async function runStep(command: string, args: string[], options: StepOptions = {}): Promise<string> {
  const { giveUp, ...spawnOptions } = options;
  // Its own process group, so that a command can be killed together with the compilers or downloads it has started.
  const child = spawn(command, args, {
    ...spawnOptions,
    stdio: ["ignore", "pipe", "pipe"],
    detached: hasProcessGroups,
  });
  const ended = exitOf(child);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));

  let interruption: Interrupted | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    interruption = new Interrupted(signal);
    killGroup(child);
  };
  const kill = () => killGroup(child);
  for (const signal of terminationSignals) process.on(signal, interrupt);
  giveUp?.addEventListener("abort", kill);
  try {
    const exitCode = await ended;
    if (interruption) throw interruption;
    giveUp?.throwIfAborted();
    if (exitCode !== 0) throw new Error(lastLines(stderr || stdout) || `${command} ended with exit code ${exitCode}`);
    return stdout;
  } finally {
    for (const signal of terminationSignals) process.off(signal, interrupt);
    giveUp?.removeEventListener("abort", kill);
  }
}

/**
 * Runs a command as if it had been typed into the terminal, and resolves to its exit code. Ctrl-C reaches the command
 * from the terminal; this process waits until the command has ended by itself.
 */
export async function runInTerminal(
  command: string,
  args: string[],
  { giveUp, ...options }: StepOptions,
): Promise<number> {
  const child = spawn(command, args, { ...options, stdio: "inherit" });
  const wait = () => {};
  const forward = () => child.kill("SIGINT");
  const end = () => child.kill("SIGTERM");
  process.on("SIGINT", wait);
  process.on("SIGTERM", forward);
  giveUp?.addEventListener("abort", end);
  try {
    return await exitOf(child);
  } finally {
    process.off("SIGINT", wait);
    process.off("SIGTERM", forward);
    giveUp?.removeEventListener("abort", end);
  }
}

/**
 * The command and arguments that run npm. On Windows npm is a script, which `spawn` refuses, and a shell would read the arguments
 * anew; so npm's own program runs in Node, as `npm run` names it.
 */
export function npmCommand(...args: string[]): [command: string, args: string[]] {
  const { npm_execpath: program } = process.env;
  return program === undefined ? ["npm", args] : [process.execPath, [program, ...args]];
}

const terminationSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const hasProcessGroups = process.platform !== "win32";

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? exitCodeOf(signal)));
  });
}

/** The exit code that a shell reports for a command that a signal has ended. */
function exitCodeOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 1 : 128 + constants.signals[signal];
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (hasProcessGroups) process.kill(-child.pid, "SIGKILL");
  else child.kill("SIGKILL");
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-5).join("\n");
}
