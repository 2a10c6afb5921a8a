import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const locked = {
  "": { version: "0.1.0" },
  "node_modules/a": { version: "1.0.0" },
  "node_modules/self": { resolved: "", link: true },
  "node_modules/for-another-platform": { version: "2.0.0", optional: true },
};
const { "node_modules/for-another-platform": _notInstalled, ...installed } = locked;

let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "clone-"));
  mkdirSync(join(clone, "tools"));
  cpSync(join(__dirname, "../../tools/setUp.js"), join(clone, "tools/setUp.js"));
  writeJson("package-lock.json", { packages: locked });
  fakeNpm("exit 0");
});
afterEach(() => rmSync(clone, { recursive: true }));

test("a fresh clone gets its dependencies with one line of output", () => {
  const { status, stderr, stdout } = setUp();
  expect({ status, stderr, stdout }).toEqual({
    status: 0,
    stderr:
      "Installing the dependencies of package-lock.json (npm ci): about a minute, or two until npm gives up where there is no network …\n",
    stdout: "",
  });
  expect(npmCalls()).toEqual(["ci --no-audit --no-fund --include=dev --loglevel=error"]);
});

test("installed dependencies are left alone, without output, though those of other platforms are missing", () => {
  writeJson("node_modules/.package-lock.json", { packages: installed });
  expect(setUp()).toMatchObject({ status: 0, stdout: "", stderr: "" });
  expect(npmCalls()).toEqual([]);
});

test.each([
  ["another version", { ...installed, "node_modules/a": { version: "1.0.1" } }],
  ["a missing package", { "node_modules/self": installed["node_modules/self"] }],
  ["a copy instead of a link", { ...installed, "node_modules/self": { version: "0.1.0" } }],
])("%s in node_modules is repaired", (_difference, packages) => {
  writeJson("node_modules/.package-lock.json", { packages });
  expect(setUp().status).toBe(0);
  expect(npmCalls()).toHaveLength(1);
});

test("an interrupted installation is repeated", () => {
  mkdirSync(join(clone, "node_modules"));
  expect(setUp().status).toBe(0);
  expect(npmCalls()).toHaveLength(1);
});

test("the output of npm is shown when npm fails", () => {
  fakeNpm("echo no route to the registry >&2; exit 1");
  const { status, stderr } = setUp();
  expect(status).toBe(1);
  expect(stderr).toContain("no route to the registry\n");
  expect(stderr).toMatch(/npm ci failed; its own report is above\.\n$/);
});

test("a damaged lock file is named, and npm is not started", () => {
  writeFileSync(join(clone, "package-lock.json"), "<<<<<<< ours");
  const { status, stderr } = setUp();
  expect(status).toBe(1);
  expect(stderr).toMatch(/^package-lock\.json is missing or damaged: .*\n$/);
  expect(npmCalls()).toEqual([]);
});

test.each(["18.20.8", "20.17.9", "20.18.0"])(
  "Node %s is refused in one sentence, before anything happens",
  (version) => {
    const { status, stderr } = setUp(version);
    expect(status).toBe(1);
    expect(stderr).toBe(`This project needs Node 20.18.1 or newer; this is Node ${version}.\n`);
    expect(npmCalls()).toEqual([]);
  },
);

test.each(["20.18.1", "20.19.0", "21.0.0", "24.1.2"])("Node %s is accepted", (version) => {
  expect(setUp(version).status).toBe(0);
});

function setUp(nodeVersion = process.versions.node) {
  const pretend = join(clone, "pretend.js");
  const versions = JSON.stringify({ ...process.versions, node: nodeVersion });
  writeFileSync(pretend, `Object.defineProperty(process, "versions", { value: ${versions} });`);
  const env = { ...process.env, PATH: `${clone}:${process.env.PATH}` };
  return spawnSync(process.execPath, ["--require", pretend, "tools/setUp.js"], { cwd: clone, encoding: "utf8", env });
}

function fakeNpm(ending: string): void {
  writeFileSync(join(clone, "npm"), `#!/bin/sh\necho "$@" >> npm-calls\n${ending}\n`);
  chmodSync(join(clone, "npm"), 0o755);
}

function npmCalls(): string[] {
  const record = join(clone, "npm-calls");
  return existsSync(record) ? readFileSync(record, "utf8").trim().split("\n") : [];
}

function writeJson(path: string, value: unknown): void {
  mkdirSync(join(clone, path, ".."), { recursive: true });
  writeFileSync(join(clone, path), JSON.stringify(value));
}
