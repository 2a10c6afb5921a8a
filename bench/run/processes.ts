import { readdirSync, readFileSync } from "node:fs";
import type { Usage } from "../measurements";

/**
 * Watches the processes of a Pulumi operation, which are those with its PULUMI_HOME. Linux only. Each process is
 * sampled every 25 ms, so its last moments are missing, and so is a process that lives for less than that.
 */
export function watchProcesses(home: string): { end(): Usage } {
  const seen = new Map<number, Seen>();
  const sampleAll = () => {
    for (const pid of processIds()) {
      const process = seen.get(pid) ?? { samples: 0, isOurs: false, command: "", cpuMs: 0, peakKb: 0 };
      seen.set(pid, process);
      sample(pid, process, home);
    }
  };
  sampleAll();
  const timer = setInterval(sampleAll, 25);
  return {
    end() {
      clearInterval(timer);
      const ours = [...seen.values()].filter(({ isOurs }) => isOurs);
      const providers = ours.filter(({ command }) => providerCommand.test(command));
      const programs = ours.filter(({ command }) => programCommand.test(command));
      return {
        providerCpuMs: sum(providers.map(({ cpuMs }) => cpuMs)),
        programCpuMs: sum(programs.map(({ cpuMs }) => cpuMs)),
        providerPeakKb: Math.max(0, ...providers.map(({ peakKb }) => peakKb)),
        allCpuMs: sum(ours.map(({ cpuMs }) => cpuMs)),
      };
    },
  };
}

/** Ends what an operation has left running: a Pulumi CLI that was killed leaves its language host and its provider behind. */
export function endProcesses(home: string): void {
  for (const pid of processIds()) {
    try {
      if (isOf(pid, home)) process.kill(pid, "SIGKILL");
    } catch {
      // It has ended, or belongs to another user.
    }
  }
}

interface Seen {
  samples: number;
  isOurs: boolean;
  command: string;
  cpuMs: number;
  peakKb: number;
}

const providerCommand = /^\S*node \S+\/cmd\/dynamic-provider/;
const programCommand = /^\S*node .*\/cmd\/run\b/;
/** How often a foreign process is sampled: a new process may at first show the environment of its parent, or none. */
const maxForeignSamples = 40;

function sample(pid: number, process: Seen, home: string): void {
  if (!process.isOurs && process.samples >= maxForeignSamples) return;
  try {
    process.samples++;
    process.isOurs ||= isOf(pid, home);
    if (!process.isOurs) return;
    if (!/\/cmd\//.test(process.command)) process.command = textOf(pid, "cmdline").replaceAll("\0", " ");
    process.cpuMs = cpuMsIn(textOf(pid, "stat"));
    process.peakKb = Number(/^VmHWM:\s+(\d+)/m.exec(textOf(pid, "status"))?.[1] ?? process.peakKb);
  } catch {
    // It has ended: its last sample counts.
  }
}

const processIds = () =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
const textOf = (pid: number, file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");
const isOf = (pid: number, home: string) => textOf(pid, "environ").includes(`PULUMI_HOME=${home}\0`);

/** User and system time, in Linux's ticks of 10 ms. The command, in parentheses, may hold anything. */
function cpuMsIn(stat: string): number {
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
