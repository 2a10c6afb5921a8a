import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Simulator, startSimulator } from "pulumi-upcloud-ip/simulator";
import { command } from "../../../src/audit/command";
import { environmentOf } from "../support/audits";
import { type Project, servers } from "../support/project";
import { endAll, startWithLanguageHost } from "../support/runningServers";

const token = `ucat_${randomBytes(12).toString("hex")}`;
let second: Simulator;
beforeAll(async () => {
  const seed = {
    credentials: { token },
    servers: [{ uuid: servers.web, state: "stopped" as const, ipAddresses: [{}] }],
  };
  second = await startSimulator({ seed });
});
afterAll(async () => {
  await second.stop();
  await endAll();
});

describe("two accounts in one program", () => {
  let project: Project;
  const declare = (args = "") =>
    project.declare(`
      
      const token = new pulumi.Config().requireSecret("secondToken");
      const second = new Provider("second", { token, apiBaseUrl: "${second.url}", ${args} });
      const server = "${servers.web}";
      new ServerIpAddress("mine", { server });
      new ServerIpAddress("theirs", { server, ptrRecord: "mail.example.com" }, { provider: second });
      class Pair extends pulumi.ComponentResource {
        constructor(name, opts) {
          super("test:Pair", name, {}, opts);
          this.six = new ServerIpAddress(name + "-6", { server, family: "IPv6" }, { parent: this });
          this.list = getIpAddressesOutput({ server: this.six.server, family: "IPv6" }, { parent: this, dependsOn: this.six });
        }
      }
      const pair = new Pair("pair", { providers: [second] });
      module.exports = async () => ({
        mine: (await getIpAddresses()).length,
        theirs: (await getIpAddresses({}, { provider: second })).length,
        sixes: pair.list.apply((list) => list.length),
      });`);
  const countsOf = () => [project.simulator, second].map(({ account }) => account.listIpAddresses().length);
  /** Sorted: the resources are created side by side. */
  const writesOf = (requests: readonly { method: string }[]) =>
    requests
      .map(({ method }) => method)
      .filter((method) => method !== "GET")
      .sort();

  let before: number[];
  beforeAll(async () => {
    project = await startWithLanguageHost();
    await project.stack.setConfig("secondToken", { value: token, secret: true });
    before = countsOf();
    declare();
  });

  test("no request of an up crosses, and the token is stored nowhere in plain text", async () => {
    const preview = await project.preview({ debug: true, logVerbosity: 9, logToStdErr: true, logFlow: true });
    expect([preview.ok, preview.ok ? "" : preview.output]).toEqual([true, ""]);
    second.clearRequests();
    const up = await project.up();
    expect([up.ok, up.ok ? "" : up.output]).toEqual([true, ""]);
    expect(up.requests.filter((request) => !request.startsWith("GET"))).toEqual(["POST /1.2/ip_address"]);
    expect(writesOf(second.requests)).toEqual(["POST", "POST", "PUT"]);
    expect(countsOf()).toEqual([(before[0] as number) + 1, (before[1] as number) + 2]);
    expect(project.outputs).toEqual({ mine: before[0], theirs: before[1], sixes: 1 });
    expect(`${preview.output}${up.output}${project.writtenFiles()}`).not.toContain(token);
  });

  test("a changed setting replaces nothing", async () => {
    declare('requestTimeout: "30s", powerCycle: { stopType: "hard" }');
    const { ok, changes } = await project.up();
    expect([ok, changes]).toEqual([true, { same: 5, update: 1 }]);
  });

  test("the audit looks at both accounts", async () => {
    const lost = second.account.assignIpAddress({ server: servers.web }).address;
    let output = "";
    const warned: string[] = [];
    const write = (text: string) => {
      output += text;
    };
    const io = { env: environmentOf(project), write, warn: (line: string) => warned.push(line) };
    await command(["audit", "--stack", "test", "--cwd", project.directory, "--json"], io);
    expect(warned).toEqual([]);
    expect(JSON.parse(output).suspects).toContainEqual(expect.objectContaining({ address: lost }));
    second.account.releaseIpAddress(lost);
  });

  test("a refresh and a destroy run without the program", async () => {
    rmSync(join(project.directory, "index.js"));
    second.clearRequests();
    const refresh = await project.refresh();
    expect([refresh.ok, refresh.requests.length, second.requests.length]).toEqual([true, 1, 1]);
    const destroy = await project.destroy();
    expect([destroy.ok, destroy.ok ? "" : destroy.output]).toEqual([true, ""]);
    expect(countsOf()).toEqual(before);
  });
});

test("bad arguments of a provider are refused in the preview, in their own words", async () => {
  const project = await startWithLanguageHost();
  const declare = (args: string) =>
    project.declare(
      `new ServerIpAddress("mail", { server: "${servers.web}" }, { provider: new Provider("second", ${args}) });`,
    );
  declare('{ token: "one", username: "two", password: "secret-three" }');
  const credentials = await project.preview();
  expect(credentials).toMatchObject({ ok: false, requests: [] });
  expect(credentials.output).toContain(
    `Provider "second": Expected one kind of credentials in the provider's arguments, got token and username`,
  );
  expect(credentials.output).not.toContain("secret-three");
  declare('{ requestTimeout: "5", token: "one" }');
  const timeout = await project.preview();
  expect(timeout.ok).toBe(false);
  expect(timeout.output).toContain(`Provider "second": Expected requestTimeout to be a duration from 1s to 10m`);
  declare('{ tokn: "one" }');
  const misspelt = await project.preview();
  expect(misspelt.ok).toBe(false);
  expect(misspelt.output).toMatch(/Provider "second": expected the arguments token, .+, got tokn/);
});

test("envVarMappings keep the token out of the state", async () => {
  const project = await startWithLanguageHost({}, { SECOND_TOKEN: token });
  project.declare(`
    const options = { envVarMappings: { SECOND_TOKEN: "UPCLOUD_TOKEN" } };
    const provider = new Provider("second", { apiBaseUrl: "${second.url}" }, options);
    new ServerIpAddress("theirs", { server: "${servers.web}" }, { provider });`);
  const { ok, output, requests } = await project.up();
  expect([ok, ok ? "" : output, requests]).toEqual([true, "", []]);
  expect(JSON.stringify(await project.stack.exportStack())).not.toMatch(/ciphertext|upcloud:token/);
  expect((await project.destroy()).ok).toBe(true);
});
