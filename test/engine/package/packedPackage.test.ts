import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Simulator } from "pulumi-upcloud-ip/simulator";
import { runStep } from "../../../tools/childProcess";
import { linksIn } from "../../docs/support/markdown";
import { Project, servers } from "../support/project";

const root = resolve(__dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-packed-"));
const directory = join(folder, "program");
const installed = join(directory, "node_modules/pulumi-upcloud-ip");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string, args: string[], cwd: string) =>
  runStep(command, args, { cwd, giveUp: AbortSignal.timeout(240_000) });

/** What a user has: the package from the tarball, and Pulumi and the compiler from the registry. */
beforeAll(async () => {
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], root);
  const [tarball] = readdirSync(folder);
  mkdirSync(directory);
  const version = (name: string): string => manifest(join(root, "node_modules", name)).version;
  const versions = (...names: string[]) => Object.fromEntries(names.map((name) => [name, version(name)]));
  const files = {
    "package.json": {
      name: "addresses",
      private: true,
      main: "index.ts",
      dependencies: { ...versions("@pulumi/pulumi"), "pulumi-upcloud-ip": `file:../${tarball}` },
      devDependencies: versions("@types/node", "ts-node", "typescript"),
    },
    "tsconfig.json": {
      compilerOptions: { target: "ES2022", module: "node16", types: ["node"], strict: true, noEmit: true },
      include: ["*.ts"],
    },
    "Pulumi.yaml": { name: "addresses", runtime: "nodejs" },
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), JSON.stringify(content));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"], directory);
});

function manifest(packageFolder: string) {
  return JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
}

function filesBelow(below: string): string[] {
  return readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(below, join(entry.parentPath, entry.name)));
}

describe("the packed package", () => {
  test("it holds the compiled sources with their types, the manifest and the texts, and nothing else", () => {
    const files = filesBelow(installed).filter((file) => !file.startsWith("node_modules/"));
    const compiled = files.filter((file) => file.startsWith("dist/"));
    const sources = new Set(compiled.map((file) => file.replace(/^dist\/(.+?)(\.d\.ts|\.js)$/, "src/$1.ts")));
    expect([...sources].filter((source) => !existsSync(join(root, source)))).toEqual([]);
    expect(compiled).toHaveLength(2 * sources.size);

    const texts = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"].filter((file) =>
      existsSync(join(root, file)),
    );
    const pages = ["docs", "docs/errors", "docs/recipes", "decisions"].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((file) => /\.(md|svg|json)$/.test(file))
        .map((file) => `${folder}/${file}`),
    );
    expect(pages).toContain("docs/errors/SERVER_STATE_ILLEGAL.md");
    expect(files.filter((file) => !compiled.includes(file)).sort()).toEqual([...texts, ...pages].sort());
  });

  test("every relative link of its texts leads to a file of the package", () => {
    const texts = filesBelow(installed).filter((file) => file.endsWith(".md") && !file.startsWith("node_modules/"));
    const broken = texts.flatMap((file) =>
      linksIn(readFileSync(join(installed, file), "utf8"))
        .map((link) => join(dirname(file), decodeURIComponent(link.split("#")[0] ?? "")))
        .filter((target) => !existsSync(join(installed, target)))
        .map((target) => `${file}: ${target}`),
    );
    expect(texts).toContain("README.md");
    expect(broken).toEqual([]);
  });

  test("every file that its manifest names is there, and no file names a source map", () => {
    const { main, types, bin, exports } = manifest(installed);
    const named = JSON.stringify([main, types, bin, exports]).match(/\.\/[^"]+\.\w+/g) ?? [];
    expect(named.length).toBeGreaterThanOrEqual(9);
    expect(named.filter((file) => !existsSync(join(installed, file)))).toEqual([]);
    const withMap = filesBelow(join(installed, "dist")).filter((file) =>
      readFileSync(join(installed, "dist", file), "utf8").includes("sourceMappingURL"),
    );
    expect(withMap).toEqual([]);
  });

  test("npm installs it as a copy that shares the program's Pulumi", () => {
    expect(lstatSync(installed).isSymbolicLink()).toBe(false);
    expect(existsSync(join(installed, "node_modules/@pulumi"))).toBe(false);
  });
});

describe("a TypeScript program with the packed package", () => {
  let simulator: Simulator | undefined;
  let project: Project;
  let before: unknown;
  let address: string;

  beforeAll(async () => {
    const load = createRequire(join(directory, "index.ts"));
    expect(load.resolve("pulumi-upcloud-ip/simulator")).toBe(join(installed, "dist/simulator/index.js"));
    const { startSimulator } = load("pulumi-upcloud-ip/simulator") as typeof import("pulumi-upcloud-ip/simulator");
    simulator = await startSimulator();
    project = await Project.create(simulator, {}, directory);
    before = project.account();
  });
  afterAll(() => simulator?.stop());

  const declared = (args: string) => `
    const mail: ServerIpAddress = new ServerIpAddress("mail", { server: "${servers.web}", ${args} });
    export const address: pulumi.Output<string> = mail.address;`;

  test("up lists once, assigns the address with one POST and sets its PTR record with one PUT", async () => {
    project.declare(declared('family: "IPv4", ptrRecord: "mail.example.com"'));
    const { changes, requests } = await project.up();
    address = project.outputs.address as string;
    expect([changes, requests]).toEqual([
      { create: 2 },
      ["GET /1.2/ip_address", "POST /1.2/ip_address", `PUT /1.2/ip_address/${address}`],
    ]);
    expect(project.address(address)).toMatchObject({
      family: "IPv4",
      server: servers.web,
      ptrRecord: "mail.example.com",
    });
  });

  test("another PTR record is one PUT", async () => {
    // From here on only values differ from what the compiler has seen above.
    Object.assign(project.stack.workspace.envVars, { PULUMI_NODEJS_TRANSPILE_ONLY: "true" });
    project.declare(declared('family: "IPv4", ptrRecord: "mx.example.com"'));
    const { changes, requests } = await project.up();
    expect([changes, requests]).toEqual([{ update: 1, same: 1 }, [`PUT /1.2/ip_address/${address}`]]);
    expect(project.address(address)?.ptrRecord).toBe("mx.example.com");
  });

  test("another family is a look for room, a POST and a PUT for the new address, then a DELETE of the old one", async () => {
    project.declare(declared('family: "IPv6", ptrRecord: "mx.example.com"'));
    const old = address;
    const { changes, requests } = await project.up();
    address = project.outputs.address as string;
    expect([changes, requests]).toEqual([
      { replace: 1, same: 1 },
      [
        "GET /1.2/ip_address",
        "POST /1.2/ip_address",
        `PUT /1.2/ip_address/${address}`,
        `DELETE /1.2/ip_address/${old}`,
      ],
    ]);
    expect(project.address(address)).toMatchObject({ family: "IPv6", ptrRecord: "mx.example.com" });
    expect(project.address(old)).toBeUndefined();
  });

  test("refresh is one GET and finds nothing changed", async () => {
    const { ok, changes, requests } = await project.refresh();
    expect([ok, changes, requests]).toEqual([true, { same: 2 }, [`GET /1.2/ip_address/${address}`]]);
  });

  test("destroy is a GET and a DELETE, and the account is as it was before", async () => {
    const { ok, requests } = await project.destroy();
    expect([ok, requests]).toEqual([true, [`GET /1.2/ip_address/${address}`, `DELETE /1.2/ip_address/${address}`]]);
    expect(project.account()).toEqual(before);
  });
});

test("the installed command pulumi-upcloud-ip says how to use it", async () => {
  const help = await run(join(directory, "node_modules/.bin/pulumi-upcloud-ip"), ["--help"], directory);
  expect(help).toMatch(/^Usage: pulumi-upcloud-ip audit /);
});

describe("the installed command upcloud-simulator", () => {
  const command = join(directory, "node_modules/.bin/upcloud-simulator");

  test("--help says how to use it", async () => {
    const help = await run(command, ["--help"], directory);
    expect(help).toMatch(/^Usage: upcloud-simulator /);
    for (const option of ["--port", "--seed", "--state", "--latency"]) expect(help).toContain(option);
  });

  test("--port 0 listens on a free port, says so in one line, and serves the API until it is asked to end", async () => {
    const child = spawn(command, ["--port", "0"], { cwd: directory, stdio: ["ignore", "pipe", "inherit"] });
    try {
      const ended = once(child, "exit");
      const lines: string[] = [];
      const output = createInterface(child.stdout).on("line", (line) => lines.push(line));
      await Promise.race([once(output, "line"), ended]);
      const [url] = /http:.*$/.exec(lines[0] ?? "") ?? [];
      expect(lines[0]).toMatch(/^UpCloud simulator listening on http:\/\/127\.0\.0\.1:[1-9]\d*$/);
      const headers = { Authorization: "Bearer ucat_demo" };
      expect((await fetch(`${url}/1.2/ip_address`, { headers })).status).toBe(200);
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
      expect(lines).toHaveLength(1);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
