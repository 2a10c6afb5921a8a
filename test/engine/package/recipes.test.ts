import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { type Seed, type Simulator, startSimulator } from "pulumi-upcloud-ip/simulator";
import { runStep } from "../../../tools/childProcess";
import { Project, servers } from "../support/project";
import { quick, writes } from "../support/runningServers";

const root = resolve(__dirname, "../../..");
const pages = readdirSync(join(root, "docs/recipes"));
const folder = mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-recipes-"));
const simulators: Simulator[] = [];
const run = new Set<string>();
afterAll(async () => {
  await Promise.all(simulators.map((simulator) => simulator.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** The blocks of a page, also those in a list. */
function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(join(root, "docs/recipes", page), "utf8");
  return [...text.matchAll(new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\`$`, "gms"))].map(([, block = ""]) => block);
}

/** Those of a page that a test runs. */
function blocks(page: string, language: string): string[] {
  run.add(page);
  return blocksOf(page, language);
}

/** The only block of that language. */
function block(page: string, language = "ts"): string {
  const [first = "", ...others] = blocks(page, language);
  expect([first, others]).toEqual([expect.stringMatching(/\S/), []]);
  return first;
}

const settings = (page: string) =>
  [...block(page, "sh").matchAll(/^pulumi config set (?:--secret |--path )?(\S+) (\S+)/gm)].map(
    ([, key = "", value = ""]) => [key, value] as const,
  );

async function simulate(seed?: Seed): Promise<Simulator> {
  const simulator = await startSimulator({ rules: quick, ...(seed && { seed }) });
  simulators.push(simulator);
  return simulator;
}

/** A project with a page's program. */
async function projectOf(program: string, simulator: Simulator, name = "addresses", env = {}): Promise<Project> {
  const directory = mkdtempSync(join(folder, `${name}-`));
  writeFileSync(join(directory, "package.json"), `{ "name": "${name}", "main": "index.ts" }`);
  writeFileSync(join(directory, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  // Types are the business of the test below.
  const project = await Project.create(simulator, { PULUMI_NODEJS_TRANSPILE_ONLY: "true", ...env }, directory);
  writeFileSync(join(directory, "index.ts"), program);
  return project;
}

async function up(project: Project): Promise<Record<string, unknown>> {
  const { ok, output } = await project.up();
  expect([ok, output]).toEqual([true, expect.anything()]);
  return project.outputs;
}

test("every program compiles, with the types that a user has", async () => {
  const directory = mkdtempSync(join(folder, "types-"));
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  for (const page of pages) {
    const programs = blocksOf(page, "ts");
    expect([page, programs]).toEqual([page, expect.arrayContaining([expect.stringMatching(/^import /)])]);
    mkdirSync(join(directory, page));
    programs.forEach((text, index) => {
      writeFileSync(join(directory, page, index === 0 ? "index.ts" : `${index}.ts`), text);
    });
  }
  const compilerOptions = {
    ...{ strict: true, module: "commonjs", moduleResolution: "node", target: "es2022", noEmit: true },
    ...{ esModuleInterop: true, skipLibCheck: true, types: ["node", "jest"] },
  };
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await runStep(process.execPath, [tsc, "-p", directory], { cwd: directory });
});

test.concurrent("mail-server: both families have the server's name, and the DNS records their addresses", async () => {
  const project = await projectOf(block("mail-server.md"), await simulate());
  for (const [key, value] of settings("mail-server.md")) await project.stack.setConfig(key, { value });
  const { a, aaaa, spf } = await up(project);
  const named = project.account().addresses.filter(({ ptrRecord }) => ptrRecord === "mail.example.com");
  const [ipv4, ipv6] = ["IPv4", "IPv6"].map((family) => named.find((one) => one.family === family)?.address);
  expect(named).toHaveLength(2);
  expect([a, aaaa]).toEqual([`mail.example.com. IN A ${ipv4}`, `mail.example.com. IN AAAA ${ipv6}`]);
  expect(spf).toBe(`v=spf1 ip4:${ipv4} ip6:${ipv6} -all`);

  await project.stack.setConfig("protect", { value: "true" });
  await up(project);
  expect((await project.destroy()).ok).toBe(false);
  expect(project.address(String(ipv4))).toBeDefined();
});

test.concurrent("many-addresses: 50 on ten servers, each stopped once; a server less leaves the others alone", async () => {
  const uuids = Array.from({ length: 10 }, (_, index) => `00${index}c1a7e-6b0d-4f3e-9d58-2a4c6e80f1b3`);
  const simulator = await simulate({
    servers: uuids.map((uuid) => ({ uuid, state: "started", ipAddresses: [{ access: "private" }] })),
  });
  const project = await projectOf(block("many-addresses.md"), simulator);
  expect(settings("many-addresses.md")).toEqual([
    ["perServer", "5"],
    ["servers.mx1", servers.web],
  ]);
  const declare = (list: (readonly [string, string])[]) =>
    project.stack.setConfig("servers", { value: JSON.stringify(Object.fromEntries(list)) });
  await project.stack.setConfig("perServer", { value: "5" });
  const list = uuids.map((uuid, index) => [`mx${index + 1}`, uuid] as const);
  await declare(list);
  const created = await project.up();
  expect([created.ok, created.output]).toEqual([true, expect.anything()]);
  const stops = Object.entries(writes(created.requests)).filter(([request]) => request.endsWith("/stop"));
  expect(stops.map(([, count]) => count)).toEqual(Array(10).fill(1));
  const { zone } = project.outputs;
  expect(new Set(zone as string[]).size).toBe(50);

  await declare(list.slice(1));
  expect((await project.preview()).changes).toEqual({ same: 46, delete: 5 });
});

test.concurrent("move-an-address: the command moves it to the other project, and neither changes anything", async () => {
  const simulator = await simulate();
  const program = block("move-an-address.md");
  const source = await projectOf(program, simulator, "web");
  const { address } = await up(source);
  const env = { PULUMI_BACKEND_URL: `file://${join(source.directory, "state")}` };
  const destination = await projectOf("", simulator, "mail", env);
  await up(destination);

  simulator.clearRequests();
  const path = `${join(process.env.PULUMI_CLI_ROOT as string, "bin")}${delimiter}${process.env.PATH}`;
  const { envVars } = source.stack.workspace;
  // The tests' stacks are called `test`.
  const command = block("move-an-address.md", "sh").replace(/\bprod\b/g, "test");
  await runStep("bash", ["-ec", command], { cwd: source.directory, env: { ...process.env, ...envVars, PATH: path } });
  writeFileSync(join(source.directory, "index.ts"), "");
  writeFileSync(join(destination.directory, "index.ts"), program);
  const [left, taken] = [await source.preview(), await destination.up()];
  expect([left.ok, left.changes, taken.ok, taken.changes]).toEqual([true, { same: 1 }, true, { same: 2 }]);
  expect(simulator.requests).toEqual([]);
  expect(destination.outputs).toEqual({ address });
});

test.concurrent("several-accounts: each address is in its account", async () => {
  const simulator = await simulate();
  const project = await projectOf(block("several-accounts.md"), simulator);
  const tokens = { "upcloud:token": simulator.credentials.token, customerToken: simulator.otherCredentials.token };
  const keys = settings("several-accounts.md");
  expect(keys.map(([key]) => key)).toEqual([...Object.keys(tokens), "server", "customerServer"]);
  const values = { ...Object.fromEntries(keys), ...tokens };
  for (const [key, value] of Object.entries(values)) await project.stack.setConfig(key, { value });
  const { addresses, ofCustomer } = await up(project);
  const [ours = "", theirs = ""] = addresses as string[];
  expect(project.address(ours)).toMatchObject({ server: servers.web, ptrRecord: "mx1.example.com" });
  expect(project.address(theirs)).toMatchObject({ owner: "other", ptrRecord: "mx2.example.com" });
  expect(ofCustomer).toBe(2);
});

test.concurrent("environments-esc: the keys of the environment are those that the program reads", async () => {
  const simulator = await simulate();
  const project = await projectOf(block("environments-esc.md"), simulator);
  const [environment = ""] = blocks("environments-esc.md", "yaml");
  const [, below = ""] = environment.split("  pulumiConfig:\n");
  const values = [...below.matchAll(/^ {4}(\S+): (\S+)$/gm)].map(([, key = "", value = ""]) => [key, value] as const);
  expect(values).toHaveLength(4);
  for (const [key, value] of values) {
    await project.stack.setConfig(key, { value: value.replace(`\${upcloud.token}`, simulator.credentials.token) });
  }
  const { address } = await up(project);
  expect(project.address(String(address))).toMatchObject({ server: servers.web, ptrRecord: "mail.example.com" });
});

test.concurrent("costs: the addresses beyond the plans are shown, and nothing is changed", async () => {
  const project = await projectOf(block("costs.md"), await simulate());
  project.simulator.account.assignIpAddress({ server: servers.web, family: "IPv6" });
  const extra = project.simulator.account.assignIpAddress({ server: servers.web, family: "IPv4" });
  const { ok, requests } = await project.up();
  expect([ok, writes(requests)]).toEqual([true, {}]);
  expect(project.outputs).toEqual({ count: 1, addresses: [`${extra.address} on ${servers.web}`] });
});

test.concurrent("testing: its tests pass, and fail for another PTR record", async () => {
  const [program = "", mocks = "", onSimulator = ""] = blocks("testing.md", "ts");
  const directory = mkdtempSync(join(folder, "testing-"));
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  const files = {
    "Pulumi.yaml": "name: mail\nruntime: nodejs\n",
    "package.json": '{ "name": "mail", "main": "index.ts" }',
    "jest.config.js": 'module.exports = { transform: { "\\\\.ts$": ["ts-jest", { diagnostics: false }] } };',
    "mocks.test.ts": mocks,
    "simulator.test.ts": onSimulator,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  const own = Object.entries(process.env).filter(([name]) => !/^(UPCLOUD|JEST)_/.test(name));
  const env = {
    ...Object.fromEntries(own),
    PATH: `${join(process.env.PULUMI_CLI_ROOT as string, "bin")}${delimiter}${process.env.PATH}`,
    PULUMI_HOME: join(directory, "home"),
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    TMPDIR: directory,
    NODE_EXTRA_CA_CERTS: "",
  };
  const jest = (text: string) => {
    writeFileSync(join(directory, "index.ts"), text);
    const args = [join(root, "node_modules/jest/bin/jest.js"), "--forceExit"];
    return runStep(process.execPath, args, { cwd: directory, env, giveUp: AbortSignal.timeout(200_000) });
  };
  await jest(program);
  await expect(jest(program.replace("`mail.$", "`smtp.$"))).rejects.toThrow(/2 failed/);
});

test("every recipe is run here, and is in both lists of recipes", () => {
  expect([...run].sort()).toEqual(pages);
  for (const [file, prefix] of [
    ["README.md", "docs/recipes"],
    ["docs/_index.md", "recipes"],
  ] as const) {
    const text = readFileSync(join(root, file), "utf8");
    expect(pages.filter((page) => !text.includes(`(${prefix}/${page})`))).toEqual([]);
  }
});
