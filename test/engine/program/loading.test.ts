import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ptrRecord, serverIpAddress } from "pulumi-upcloud-ip/provider";
import { type Simulator, startSimulator } from "pulumi-upcloud-ip/simulator";
import { runStep } from "../../../tools/childProcess";
import { mail, web } from "../../support/demoServers";

const root = resolve(__dirname, "../../..");

/** Runs it in a Node of its own, since Jest has a module cache of its own. It calls `report` with what it found. */
async function inNode(script: string, env: Record<string, string> = {}): Promise<unknown> {
  const report = "const report = (value) => process.stdout.write(JSON.stringify(value));";
  const loaded = `const loaded = () => Object.keys(require.cache).map((file) => require("path").relative(process.cwd(), file));`;
  return JSON.parse(await runNode(["-e", `${report}\n${loaded}\n${script}`], env));
}

const runNode = (args: string[], env: Record<string, string>) =>
  runStep(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, giveUp: AbortSignal.timeout(60_000) });

test("loading the package beside Pulumi loads only its own declarations", async () => {
  const added = await inNode(`
    require("@pulumi/pulumi");
    const before = new Set(loaded());
    require("pulumi-upcloud-ip");
    report(loaded().filter((file) => !before.has(file)));
  `);
  expect((added as string[]).sort()).toEqual([
    "dist/index.js",
    "dist/lookups/getIpAddresses.js",
    "dist/model/configuration/keys.js",
    "dist/resources/addressOutput.js",
    "dist/resources/dynamicResource.js",
    "dist/resources/importOption.js",
    "dist/resources/installation.js",
    "dist/resources/programHints.js",
    "dist/resources/provider.js",
    "dist/resources/ptrRecord.js",
    "dist/resources/recordHints.js",
    "dist/resources/serverIpAddress.js",
    "dist/resources/stackHints.js",
  ]);
});

test("the first look-up loads the HTTP client, and neither a lifecycle nor the simulator", async () => {
  const found = await inNode(`
    const { getIpAddresses } = require("pulumi-upcloud-ip");
    const matching = (pattern) => loaded().filter((file) => pattern.test(file));
    const client = /dist\\/(lookups\\/lookUps|api\\/)|node_modules\\/(undici|ipaddr\\.js)\\//;
    const before = matching(client).length;
    process.env.UPCLOUD_TOKEN = "token";
    process.env.UPCLOUD_DEBUG_API_BASE_URL = "http://127.0.0.1:1";
    getIpAddresses().catch(({ message }) =>
      report({ before, loads: matching(client).length > 0, others: matching(/dist\\/(provider\\/(index|session|.*\\/provider)\\.|simulator)/), message }),
    );
  `);
  const message = expect.stringContaining("GET /1.2/ip_address was not sent to UpCloud");
  expect(found).toEqual({ before: 0, loads: true, others: [], message });
});

test.each([
  [{}, false],
  [{ HTTP_PROXY: "http://squid.example.com:3128", NO_PROXY: ".test" }, false],
  [{ HTTPS_PROXY: "http://squid.example.com:3128" }, false],
  [{ HTTP_PROXY: "http://127.0.0.1:1" }, true],
])("what a proxy needs is loaded only where one applies: %j, %s", async (env, isLoaded) => {
  const found = await inNode(
    `
    const { getIpAddresses } = require("pulumi-upcloud-ip");
    const has = (file) => loaded().some((one) => one.endsWith(file));
    getIpAddresses().catch(() => undefined);
    setInterval(() => {
      if (!has("api/http/connections.js")) return;
      setTimeout(() => {
        report(has("api/http/tunnels.js"));
        process.exit();
      }, 200);
    }, 20);
  `,
    {
      UPCLOUD_TOKEN: "token",
      UPCLOUD_DEBUG_API_BASE_URL: "http://api.test:1",
      ...env,
    } as Record<string, string>,
  );
  expect(found).toBe(isLoaded);
});

describe("the lifecycle, loaded by its name", () => {
  test("check and diff load neither the HTTP client nor Pulumi nor what changes a server", async () => {
    const found = await inNode(`
      const { serverIpAddress } = require("pulumi-upcloud-ip/provider");
      const news = { server: "${web}", ptrRecord: "mail.example.com" };
      const olds = { ...news, family: "IPv4", access: "public", partOfPlan: false, managesPtrRecord: true };
      (async () => {
        const { inputs, failures } = await serverIpAddress.check({}, { __provider: "", ...news });
        const same = await serverIpAddress.diff("203.0.113.7", olds, inputs);
        const other = await serverIpAddress.diff("203.0.113.7", olds, { ...inputs, server: "${mail}" });
        const { replaces } = other;
        const unwanted = loaded().filter((file) => /node_modules\\/(undici|@pulumi)\\/|dist\\/(api\\/(http\\/http|client)|provider\\/(powerCycle\\/power|runtime\\/progress)|state\\/(operationState|stackState|pulumiCli)|simulator\\/)/.test(file));
        report({ family: inputs.family, failures: failures ?? [], changes: [same.changes, other.changes], replaces, unwanted });
      })();
    `);
    expect(found).toEqual({
      family: "IPv4",
      failures: [],
      changes: [false, true],
      replaces: ["server"],
      unwanted: [],
    });
  });

  describe("in operations on the account", () => {
    /** With a simulated account of its own, and a Pulumi home that goes with it. */
    async function onSimulator<T>(run: (simulator: Simulator, env: Record<string, string>) => Promise<T>): Promise<T> {
      const home = mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-loading-"));
      const simulator = await startSimulator();
      try {
        return await run(simulator, {
          UPCLOUD_DEBUG_API_BASE_URL: simulator.url,
          UPCLOUD_TOKEN: simulator.credentials.token,
          PULUMI_HOME: home,
        });
      } finally {
        await simulator.stop();
        rmSync(home, { recursive: true, force: true });
      }
    }

    /** Which of `parts` a step of the lifecycle loads, beside the HTTP client that all of them need. */
    const loadedBy = (step: string) =>
      onSimulator(async (simulator, env) => {
        const [first] = simulator.account.listIpAddresses(web);
        const script = `
          const { serverIpAddress } = require("pulumi-upcloud-ip/provider");
          const inputs = { server: "${web}", family: "IPv4", access: "public" };
          const state = { ...inputs, ptrRecord: "", partOfPlan: true };
          (async () => {
            const { id } = await serverIpAddress.${step.replace("ADDRESS", `"${first?.address}"`)};
            const parts = ["undici/index", "dist/api/client", "dist/provider/powerCycle/powerCycles", "dist/state/operationState", "dist/simulator/"];
            report({ hasId: id !== undefined, parts: parts.filter((part) => loaded().some((file) => file.includes(part))) });
            process.exit();
          })();`;
        return inNode(script, env);
      });

    test("read loads the client, and nothing that repeats a request or changes a server", async () => {
      expect(await loadedBy("read(ADDRESS, state)")).toEqual({
        hasId: true,
        parts: ["undici/index", "dist/api/client"],
      });
    });

    test("create loads what changes a server too, and no reader of states while nothing was interrupted", async () => {
      const parts = ["undici/index", "dist/api/client", "dist/provider/powerCycle/powerCycles"];
      expect(await loadedBy("create(inputs)")).toEqual({ hasId: true, parts });
    });
  });

  test.each([
    ["ServerIpAddress", serverIpAddress],
    ["PtrRecord", ptrRecord],
  ])("has for %s the methods that Pulumi calls", (_, lifeCycle) => {
    const methods = ["check", "diff", "create", "read", "update", "delete", "configure"] as const;
    expect(methods.filter((method) => typeof lifeCycle[method] !== "function")).toEqual([]);
  });

  test("the package has exactly four entries, each with types", () => {
    const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const entry = (name: string) => ({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` });
    expect(exports).toEqual({
      ".": entry("index"),
      "./provider": entry("provider/index"),
      "./simulator": entry("simulator/index"),
      "./package.json": "./package.json",
    });
  });
});
