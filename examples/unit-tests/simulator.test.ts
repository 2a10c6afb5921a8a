import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { type Simulator, startSimulator } from "pulumi-upcloud-ip/simulator";

const server = "0053cd80-5945-4105-9081-11192806a8f7";
const state = mkdtempSync(join(tmpdir(), "pulumi-"));
let simulator: Simulator;
let stack: Stack;

beforeAll(async () => {
  simulator = await startSimulator();
  stack = await LocalWorkspace.createStack(
    { stackName: "test", workDir: __dirname },
    { envVars: { PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "test" } },
  );
  await stack.setAllConfig({
    "upcloud:apiBaseUrl": { value: simulator.url },
    "upcloud:token": { value: simulator.credentials.token, secret: true },
    server: { value: server },
    domain: { value: "example.com" },
  });
}, 60_000);

afterAll(async () => {
  await stack?.workspace.removeStack("test", { force: true }); // Pulumi.test.yaml too.
  await simulator?.stop();
  rmSync(state, { recursive: true });
}, 60_000);

test("up assigns an address and sets both PTR records, and destroy restores the account", async () => {
  const before = simulator.account.listIpAddresses();

  const { outputs } = await stack.up();
  const records = simulator.account.listIpAddresses(server).map(({ address, ptrRecord }) => [address, ptrRecord]);
  expect(records).toContainEqual([outputs.mail?.value, "mail.example.com"]);
  expect(records).toContainEqual([outputs.web?.value[0], "web.example.com"]);

  await stack.destroy();
  expect(simulator.account.listIpAddresses()).toEqual(before);
}, 120_000);
