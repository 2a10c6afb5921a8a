import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ptrRecord, serverIpAddress } from "pulumi-upcloud-ip/provider";
import { runStep } from "../../tools/childProcess";

const root = resolve(__dirname, "../..");

/** Runs it in a Node of its own, since Jest has a module cache of its own. It calls `report` with what it found. */
async function inNode(script: string): Promise<unknown> {
  const report = "const report = (value) => process.stdout.write(JSON.stringify(value));";
  const loaded = `const loaded = () => Object.keys(require.cache).map((file) => require("path").relative(process.cwd(), file));`;
  const options = { cwd: root, giveUp: AbortSignal.timeout(60_000) };
  return JSON.parse(await runStep(process.execPath, ["-e", `${report}\n${loaded}\n${script}`], options));
}

test("loading the package beside Pulumi loads seven small files of ours and nothing of anyone else's", async () => {
  const added = await inNode(`
    require("@pulumi/pulumi");
    const before = new Set(loaded());
    require("pulumi-upcloud-ip");
    report(loaded().filter((file) => !before.has(file)));
  `);
  expect((added as string[]).sort()).toEqual([
    "dist/getIpAddresses.js",
    "dist/index.js",
    "dist/lifeCycle.js",
    "dist/programHints.js",
    "dist/ptrRecord.js",
    "dist/recordHints.js",
    "dist/serverIpAddress.js",
  ]);
});

test("the first look-up loads the HTTP client, and neither a life cycle nor the simulator", async () => {
  const found = await inNode(`
    const { getIpAddresses } = require("pulumi-upcloud-ip");
    const matching = (pattern) => loaded().filter((file) => pattern.test(file));
    const client = /dist\\/(lookups|api)\\/|node_modules\\/(undici|ipaddr\\.js)\\//;
    const before = matching(client).length;
    process.env.UPCLOUD_TOKEN = "token";
    process.env.UPCLOUD_DEBUG_API_BASE_URL = "http://127.0.0.1:1";
    getIpAddresses().catch(({ message }) =>
      report({ before, loads: matching(client).length > 0, others: matching(/dist\\/(provider\\/(index|session|.*Provider)\\.|simulator)/), message }),
    );
  `);
  const message = expect.stringContaining("GET /1.2/ip_address was not sent to UpCloud");
  expect(found).toEqual({ before: 0, loads: true, others: [], message });
});

describe("the life cycle, loaded by its name", () => {
  test("check and diff load neither the HTTP client nor Pulumi", async () => {
    const found = await inNode(`
      const { serverIpAddress } = require("pulumi-upcloud-ip/provider");
      const news = { server: "0053cd80-5945-4105-9081-11192806a8f7", ptrRecord: "mail.example.com" };
      const olds = { ...news, family: "IPv4", access: "public", partOfPlan: false, managesPtrRecord: true };
      (async () => {
        const { inputs, failures } = await serverIpAddress.check({}, { __provider: "", ...news });
        const same = await serverIpAddress.diff("203.0.113.7", olds, inputs);
        const other = await serverIpAddress.diff("203.0.113.7", olds, { ...inputs, family: "IPv6" });
        const { replaces } = other;
        const unwanted = loaded().filter((file) => /node_modules\\/(undici|cockatiel|@pulumi)\\/|dist\\/(api\\/http|simulator\\/)/.test(file));
        report({ family: inputs.family, failures: failures ?? [], changes: [same.changes, other.changes], replaces, unwanted });
      })();
    `);
    expect(found).toEqual({
      family: "IPv4",
      failures: [],
      changes: [false, true],
      replaces: ["family"],
      unwanted: [],
    });
  });

  test.each([
    ["ServerIpAddress", serverIpAddress],
    ["PtrRecord", ptrRecord],
  ])("that of %s has the methods that Pulumi calls", (_, lifeCycle) => {
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
