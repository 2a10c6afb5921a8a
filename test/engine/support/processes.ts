import { readdirSync, readFileSync } from "node:fs";
import type { Project } from "./project";

/** Processes of a project's operations, found by the PULUMI_HOME that no other project has. Linux only. */
export function processesOf({ directory }: Project): { pid: number; command: string }[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "utf8").includes(`PULUMI_HOME=${directory}/home\0`)) return [];
      return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim() }];
    } catch {
      return []; // No process, or one that has just ended.
    }
  });
}

/** kill -9, or another signal, for the one process of the project whose command is like this. */
export function kill(project: Project, command: RegExp, signal: NodeJS.Signals = "SIGKILL"): void {
  const found = processesOf(project).filter((one) => command.test(one.command));
  if (found.length !== 1) throw new Error(`Expected one process like ${command}, got ${JSON.stringify(found)}`);
  for (const { pid } of found) process.kill(pid, signal);
}

/** kill -9 for all processes of the project whose command is like this: an operation has a process for each provider. */
export function killAll(project: Project, command: RegExp): void {
  for (const one of processesOf(project)) if (command.test(one.command)) process.kill(one.pid, "SIGKILL");
}

/** The Pulumi CLI while it changes a stack. */
export const cli = /\/pulumi (up|refresh|destroy) /;
/** The process that the lifecycle runs in. */
export const provider = /^\S*node \S+\/cmd\/dynamic-provider/;

/** A killed CLI leaves its language host and its provider behind; both go on for ever. */
export function killLeftovers(project: Project): void {
  for (const { pid } of processesOf(project)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}
