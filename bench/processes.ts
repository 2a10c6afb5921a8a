import { readdirSync, readFileSync } from "node:fs";
import type { Usage } from "./results";

/**
 * Watches the processes of a Pulumi operation, which are those with its PULUMI_HOME. Linux only. A process is looked at
 * every 25 ms, so its last moments are not counted; nor is a process that lives shorter than that.
 */
export function watchProcesses(home: string): { end(): Usage } {
  const seen = new Map<number, Seen>();
  const look = () => {
    for (const pid of processIds()) {
      const process = seen.get(pid) ?? { looks: 0, isOurs: false, command: "", cpuMs: 0, peakKb: 0 };
      seen.set(pid, process);
      lookAt(pid, process, home);
    }
  };
  look();
  const timer = setInterval(look, 25);
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

/** Ends what an operation has left running: a Pulumi CLI that is killed leaves language host and provider behind. */
export function endProcesses(home: string): void {
  for (const pid of processIds()) {
    try {
      if (isOf(pid, home)) process.kill(pid, "SIGKILL");
    } catch {
      // It has ended, or is somebody else's.
    }
  }
}

interface Seen {
  looks: number;
  isOurs: boolean;
  command: string;
  cpuMs: number;
  peakKb: number;
}

const providerCommand = /^\S*node \S+\/cmd\/dynamic-provider/;
const programCommand = /^\S*node .*\/cmd\/run\b/;
/** Of a process that is not ours: at its first looks it may still show what it was forked from, or nothing. */
const mostLooks = 40;

function lookAt(pid: number, process: Seen, home: string): void {
  if (!process.isOurs && process.looks >= mostLooks) return;
  try {
    process.looks++;
    process.isOurs ||= isOf(pid, home);
    if (!process.isOurs) return;
    if (!/\/cmd\//.test(process.command)) process.command = textOf(pid, "cmdline").replaceAll("\0", " ");
    process.cpuMs = cpuMsIn(textOf(pid, "stat"));
    process.peakKb = Number(/^VmHWM:\s+(\d+)/m.exec(textOf(pid, "status"))?.[1] ?? process.peakKb);
  } catch {
    // It has ended: what was seen last counts.
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
