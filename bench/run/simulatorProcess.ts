import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { SeedServer } from "pulumi-upcloud-ip/simulator";
import type { Scenario } from "../measurements";

export interface SimulatorProcess {
  url: string;
  token: string;
  /** Lists the account a few times, so that warm code answers what follows, as in a service that has run for long. */
  warmUp(): Promise<void>;
  /** Empties the log, and resolves to how many requests it held. */
  takeRequestCount(): Promise<number>;
  stop(): Promise<void>;
}

/** The simulator in its own process, so that its CPU time is not counted. */
export async function startSimulatorProcess(
  root: string,
  folder: string,
  scenario: Scenario,
): Promise<SimulatorProcess> {
  const seed = join(folder, "account.json");
  writeFileSync(seed, JSON.stringify({ servers: serversOf(scenario) }));
  const program = join(root, "dist/simulator/cli.js");
  const options = ["--port", "0", "--seed", seed, "--latency", String(scenario.latencyMs)];
  const child = spawn(process.execPath, [program, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const url = await urlOf(child);
  return {
    url,
    token,
    async warmUp() {
      const headers = { authorization: `Bearer ${token}` };
      for (let count = 0; count < 5; count++) await (await fetch(`${url}/1.2/ip_address`, { headers })).text();
    },
    async takeRequestCount() {
      const log = (await (await fetch(`${url}/__simulator/requests`)).json()) as unknown[];
      await fetch(`${url}/__simulator/requests`, { method: "DELETE" });
      return log.length;
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

const token = "ucat_demo";

/** UpCloud allows a server five public addresses of each family. */
export const addressesPerServer = 5;

export const serverAt = (index: number) =>
  `00000000-0000-4000-8000-${String(Math.floor(index / addressesPerServer)).padStart(12, "0")}`;

/** Servers with only an internal address, for the program's addresses, and full ones, which fill the account. */
function serversOf({ count, account }: Scenario): SeedServer[] {
  const forProgram = Math.ceil(count / addressesPerServer);
  const total = forProgram + Math.ceil(account / addressesPerServer);
  return Array.from({ length: total }, (_, server) => ({
    uuid: serverAt(server * addressesPerServer),
    state: "stopped",
    ipAddresses: server < forProgram ? [{ access: "private" }] : Array.from({ length: addressesPerServer }, () => ({})),
  }));
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error("The simulator has no standard output.");
  for await (const line of createInterface(stdout)) {
    const [, url] = /listening on (\S+)/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error("The simulator ended before it listened: see its error above.");
}
