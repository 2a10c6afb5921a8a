import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { SeedServer } from "pulumi-upcloud-ip/simulator";
import type { Scenario } from "./results";

export interface SimulatorProcess {
  url: string;
  token: string;
  /** Lists the account a few times: what follows is answered by warm code, as by a service that has run for long. */
  warmUp(): Promise<void>;
  /** How many requests there were since the last time that this was asked. */
  requests(): Promise<number>;
  stop(): Promise<void>;
}

/** The simulator in a process of its own: its time is on no account but that of the whole computer. */
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
      for (let times = 0; times < 5; times++) await (await fetch(`${url}/1.2/ip_address`, { headers })).text();
    },
    async requests() {
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

/** Five public addresses of a family are what UpCloud allows a server. */
export const addressesPerServer = 5;

export const serverAt = (index: number) =>
  `00000000-0000-4000-8000-${String(Math.floor(index / addressesPerServer)).padStart(12, "0")}`;

/** The servers for the program's addresses, with an internal address only; and more, full ones, to fill the account. */
function serversOf({ count, account }: Scenario): SeedServer[] {
  const forProgram = Math.ceil(count / addressesPerServer);
  const inAll = forProgram + Math.ceil(account / addressesPerServer);
  return Array.from({ length: inAll }, (_, server) => ({
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
  throw new Error("The simulator ended before it listened: its error is above.");
}
