import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { buildPackage } from "../build";
import { obtainPulumiCli } from "../pulumiCli/obtainPulumiCli";
import { runTool } from "../runTool";
import { lockDemo } from "./lock";
import { type DemoPulumi, demoPulumi, withYes } from "./pulumi";
import { demoReport, type QuickstartOutputs } from "./report";

type Simulator = Awaited<ReturnType<typeof import("../../src/simulator").startSimulator>>;

const root = join(__dirname, "../..");
/** Everything that the demo writes: the simulated account, Pulumi's state, the stack's configuration. */
const folder = join(root, ".demo");

/**
 * `npm run demo`: a real `pulumi up` of examples/quickstart against the simulator. The account and the state persist.
 * `npm run demo -- ARGUMENTS`: any Pulumi command on the same account and state. `npm run demo -- outside [NAME]`: changes the PTR record
 * as somebody else would, so that a refresh has a drift to show.
 */
async function demo(pulumiArguments: string[]): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const unlock = lockDemo(join(folder, "lock"));
  try {
    const cli = await obtainPulumiCli();
    await buildPackage(root);
    return await runOnAccount(cli, pulumiArguments);
  } finally {
    unlock();
  }
}

async function runOnAccount(cli: PulumiCommand, pulumiArguments: string[]): Promise<number> {
  // Loaded by name at run time: dist/ has only just been built.
  const { startSimulator }: typeof import("../../src/simulator") = require("pulumi-upcloud-ip/simulator");
  const simulator = await startSimulator({ port: 0, stateFile: join(folder, "account.json"), clock: "real" });
  try {
    const pulumi = await demoPulumi(cli, { root, folder, url: simulator.url, token: simulator.credentials.token });
    if (pulumiArguments.length === 0) return await upQuickstart(pulumi, simulator);
    const [verb, name = "somebody-else.example.com"] = pulumiArguments;
    if (verb === "outside") return await changeOutside(pulumi, simulator, name);
    const canAnswer = process.stdin.isTTY && process.stdout.isTTY;
    return await pulumi.run(canAnswer ? pulumiArguments : withYes(pulumiArguments));
  } finally {
    await simulator.stop();
  }
}

async function upQuickstart(pulumi: DemoPulumi, simulator: Simulator): Promise<number> {
  const exitCode = await pulumi.run(["up", "--yes"]);
  if (exitCode !== 0) return exitCode;
  const requests = simulator.requests.length;
  const outputs: QuickstartOutputs = JSON.parse(await pulumi.read(["stack", "output", "--json"]));
  console.log(await demoReport(outputs, simulator, requests));
  return 0;
}

async function changeOutside(pulumi: DemoPulumi, simulator: Simulator, ptrRecord: string): Promise<number> {
  const { address }: Partial<QuickstartOutputs> = JSON.parse(await pulumi.read(["stack", "output", "--json"]));
  if (address === undefined) throw new Error("Expected an address of the demo, got none: run `npm run demo` first.");
  const { ptrRecord: changed } = simulator.account.modifyIpAddress(address, { ptrRecord });
  console.log(
    `Somebody else has set the PTR record of ${address} to ${changed}: \`npm run demo -- refresh\` shows it.`,
  );
  return 0;
}

runTool(() => demo(process.argv.slice(2)));
