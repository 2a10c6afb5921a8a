import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { PulumiCommand, Stack } from "@pulumi/pulumi/automation";
import type { Simulator } from "pulumi-upcloud-ip/simulator";
import { buildPackage } from "../tools/build";
import { obtainPulumiCli } from "../tools/pulumiCli/obtainPulumiCli";
import { runTool } from "../tools/runTool";
import { machineWith } from "./machine";
import { replaceMarked } from "./report/replaceMarked";
import { installProject } from "./run/program";

const root = join(__dirname, "..");
const stopsMs = [2300, 4700, 7900, 11_600];
const latencyMs = 100;
const pollMs = 5000;
const server = "00000000-0000-4000-8000-000000000000";
const serverPath = `/1.2/server/${server}`;

/** Seconds that a server is off beyond its stop, one value for each duration of the stop. */
interface TimesOff {
  assign: number[];
  release: number[];
}

/**
 * `npm run bench:time-off`: how long a server is off for two addresses, with this package and with a script that does the same by
 * hand. Writes `results/time-off.md`, and the figures into README.md and docs/running-servers.md.
 */
async function benchTimeOff(): Promise<number> {
  const cli = await obtainPulumiCli();
  await buildPackage(root);
  const [byPackage, byHand] = [{ assign: [], release: [] } as TimesOff, { assign: [], release: [] } as TimesOff];
  for (const stopMs of stopsMs) {
    await withSimulator(stopMs, (simulator) => measureByHand(simulator, stopMs, byHand));
    await withSimulator(stopMs, (simulator) => measurePackage(cli, simulator, stopMs, byPackage));
    console.error(`stop of ${stopMs / 1000} s: done`);
  }
  writeResults(byPackage, byHand, cli);
  return 0;
}

async function withSimulator(softStopMs: number, measure: (simulator: Simulator) => Promise<void>): Promise<void> {
  const { startSimulator } = require("pulumi-upcloud-ip/simulator") as typeof import("pulumi-upcloud-ip/simulator");
  const seed = {
    servers: [{ uuid: server, state: "started" as const, ipAddresses: [{ access: "private" as const }] }],
  };
  const simulator = await startSimulator({ clock: "real", latencyMs, seed, rules: { softStopMs } });
  try {
    await measure(simulator);
  } finally {
    await simulator.stop();
  }
}

/** From the end of the stop to the request that starts the server. A request takes effect when its latency is over. */
function secondsOff({ requests }: Simulator, stopMs: number): number {
  const timeOf = (verb: string) => requests.find(({ path }) => path === `${serverPath}/${verb}`)?.atMs;
  const [stopAt, startAt] = [timeOf("stop"), timeOf("start")];
  if (stopAt === undefined || startAt === undefined) throw new Error("The server was not stopped and started.");
  return (startAt - (stopAt + latencyMs + stopMs)) / 1000;
}

/** Stop, poll every 5 s as UpCloud's clients do, change, start. */
async function measureByHand(simulator: Simulator, stopMs: number, times: TimesOff): Promise<void> {
  const request = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${simulator.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${simulator.credentials.token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  };
  const waitFor = async (state: string) => {
    while (((await request("GET", serverPath)) as { server: { state: string } }).server.state !== state)
      await wait(pollMs);
  };
  const whileStopped = async (change: () => Promise<unknown>) => {
    simulator.clearRequests();
    await request("POST", `${serverPath}/stop`, { stop_server: { stop_type: "soft", timeout: "120" } });
    await waitFor("stopped");
    await change();
    await request("POST", `${serverPath}/start`);
    await waitFor("started");
    return secondsOff(simulator, stopMs);
  };
  const assigned: string[] = [];
  const assign = async () => {
    for (let count = 0; count < 2; count++) {
      const body = { ip_address: { server, family: "IPv4", access: "public" } };
      const { ip_address } = (await request("POST", "/1.2/ip_address", body)) as { ip_address: { address: string } };
      assigned.push(ip_address.address);
    }
  };
  times.assign.push(await whileStopped(assign));
  const release = async () => {
    for (const address of assigned) await request("DELETE", `/1.2/ip_address/${address}`);
  };
  times.release.push(await whileStopped(release));
}

async function measurePackage(
  cli: PulumiCommand,
  simulator: Simulator,
  stopMs: number,
  times: TimesOff,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-bench-"));
  try {
    installProject(root, folder);
    const declarations = [0, 1].map((i) => `new ServerIpAddress("a${i}", { server: "${server}", powerCycle: true });`);
    const program = ['const { ServerIpAddress } = require("pulumi-upcloud-ip");', ...declarations];
    writeFileSync(join(folder, "index.js"), program.join("\n"));
    const stack = await stackIn(folder, cli, simulator);
    for (const [operation, change] of [
      ["up", "assign"],
      ["destroy", "release"],
    ] as const) {
      simulator.clearRequests();
      await stack[operation]();
      times[change].push(secondsOff(simulator, stopMs));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function stackIn(folder: string, pulumiCommand: PulumiCommand, simulator: Simulator): Promise<Stack> {
  const { LocalWorkspace } = require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation");
  mkdirSync(join(folder, "state"));
  const envVars = {
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    UPCLOUD_DEBUG_API_BASE_URL: simulator.url,
    UPCLOUD_TOKEN: simulator.credentials.token,
  };
  return LocalWorkspace.createStack({ stackName: "bench", workDir: folder }, { pulumiCommand, envVars });
}

function writeResults(byPackage: TimesOff, byHand: TimesOff, cli: PulumiCommand): void {
  const seconds = (values: number[]) => values.map((value) => value.toFixed(1));
  const row = (name: string, values: number[]) =>
    `| ${[name, ...seconds(values), ...seconds([mean(values), Math.max(...values)])].join(" | ")} |`;
  const all = ({ assign, release }: TimesOff) => [...assign, ...release];
  const ratio = mean(all(byHand)) / mean(all(byPackage));
  const table = [
    `| seconds off beyond a stop of | ${stopsMs.map((ms) => `${ms / 1000} s`).join(" | ")} | mean | longest |`,
    `|${" --- |".repeat(stopsMs.length + 3)}`,
    row("`pulumi up`, two addresses", byPackage.assign),
    row("`pulumi destroy`", byPackage.release),
    row("the same assigns by hand", byHand.assign),
    row("the same releases by hand", byHand.release),
  ].join("\n");
  const how = `From the end of the stop to the request that starts the server, at ${latencyMs} ms per request. By hand: stop, poll every ${pollMs / 1000} s as UpCloud's clients do, change one address after the other, start.`;
  const title = "# Results of `npm run bench:time-off`";
  writeFileSync(
    join(root, "bench/results/time-off.md"),
    `${[title, `On ${machineWith(cli)}. ${how}`, table].join("\n\n")}\n`,
  );
  replaceMarked(join(root, "docs/running-servers.md"), "time off", `${table}\n\n${how}`);
  const gain = `A server that has to be stopped is off for ${mean(all(byPackage)).toFixed(1)} s longer than its stop takes. A script that does the same by hand needs ${mean(all(byHand)).toFixed(1)} s, ${ratio.toFixed(1)} times as long`;
  replaceMarked(
    join(root, "README.md"),
    "time off",
    `${gain} ([how measured](docs/running-servers.md#how-long-it-is-off)).`,
  );
  console.log(table);
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

runTool(benchTimeOff);
