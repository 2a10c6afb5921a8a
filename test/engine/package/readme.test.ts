import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { type Seed, startSimulator } from "pulumi-upcloud-ip/simulator";
import { runStep } from "../../../tools/childProcess";
import { Project, servers } from "../support/project";

const root = resolve(__dirname, "../../..");
const blocks = (file: string, language: string) =>
  [...readFileSync(join(root, file), "utf8").matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(
    ([, text = ""]) => text,
  );
const folder = mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a program of the README or the reference", () => {
  const [address = "", ptrRecord = "", lookUps = "", ...others] = ["README.md", "docs/reference.md"].flatMap((file) =>
    blocks(file, "ts"),
  );
  const seed: Seed = {
    servers: [
      { uuid: servers.web, state: "stopped", ipAddresses: [{ access: "private" }] },
      { uuid: servers.mail, ipAddresses: [{ address: "198.51.100.7" }, { family: "IPv6" }] },
    ],
  };

  test("exists for addresses, for PTR records and for look-ups", () => {
    expect([address, ptrRecord, lookUps].map((text) => text.split("\n")[0])).toEqual([
      'import { ServerIpAddress } from "pulumi-upcloud-ip";',
      'import { PtrRecord } from "pulumi-upcloud-ip";',
      'import { getIpAddress, getIpAddressesOutput } from "pulumi-upcloud-ip";',
    ]);
    expect(others).toEqual([]);
  });

  /** With the compiler's types, as a user has them. */
  async function up(program: string): Promise<{ project: Project; outputs: Record<string, unknown> }> {
    const directory = mkdtempSync(join(folder, "program-"));
    const compilerOptions = { strict: true, module: "commonjs", moduleResolution: "node", target: "es2022" };
    writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    writeFileSync(join(directory, "package.json"), '{ "name": "addresses", "main": "index.ts" }');
    writeFileSync(join(directory, "Pulumi.yaml"), "name: addresses\nruntime: nodejs\n");
    symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
    const project = await Project.create(await startSimulator({ seed }), {}, directory);
    writeFileSync(join(directory, "index.ts"), program);
    const { ok, output } = await project.up();
    expect([ok, output]).toEqual([true, expect.anything()]);
    return { project, outputs: project.outputs };
  }

  test.concurrent("the first one assigns an address with a PTR record", async () => {
    const { project, outputs } = await up(address);
    expect(outputs).toEqual({ address: expect.any(String), ptrRecord: "mail.example.com" });
    expect(project.address(String(outputs.address))).toMatchObject({
      server: servers.web,
      ptrRecord: "mail.example.com",
    });
    await project.end();
  });

  test.concurrent("the second one sets the PTR record of an address that is there", async () => {
    const { project } = await up(ptrRecord);
    expect(project.address("198.51.100.7")?.ptrRecord).toBe("mail.example.com");
    await project.end();
  });

  test.concurrent("the third one looks addresses up, beside the first one's", async () => {
    const { project, outputs } = await up(`${address}\n${lookUps}`);
    expect(outputs).toMatchObject({ serverOfSeven: servers.mail, sixes: [] });
    await project.end();
  });
});

test("the commands to try it work in a fresh copy of the repository, one after the other", async () => {
  const [commands = ""] = blocks("README.md", "sh").filter((block) => block.startsWith("npm run demo"));
  const clone = join(folder, "clone");
  const notInAClone = ["node_modules", ".git", "dist", ".demo", "coverage", "docs/api", "reports"].map((name) =>
    join(root, name),
  );
  mkdirSync(clone);
  cpSync(root, clone, { recursive: true, filter: (path) => !notInAClone.includes(path) });
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
  // The CLI that `npm test` has obtained; in a home where it has to be obtained, that takes minutes.
  const path = `${join(process.env.PULUMI_CLI_ROOT as string, "bin")}${delimiter}${process.env.PATH}`;
  // `tsc` knows the demo's program.
  const env = { ...process.env, HOME: folder, PATH: path, PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
  const lines = commands.trim().split("\n");
  expect(lines.map((line) => line.split(" ")[4])).toEqual([
    ...[undefined, "config", "preview", undefined, "outside", "refresh", undefined, "destroy"],
  ]);
  const said = [];
  for (const line of lines) {
    const options = { cwd: clone, env, giveUp: AbortSignal.timeout(120_000) };
    said.push(await runStep("bash", ["-ec", line], options));
  }
  expect(said).toEqual([
    expect.stringContaining("PTR mail.example.com  on server"),
    expect.anything(),
    expect.stringMatching(/~ 1 to update/),
    expect.stringContaining("PTR smtp.example.com  on server"),
    expect.stringContaining("to somebody-else.example.com"),
    expect.stringMatching(/~ 1 updated/),
    expect.stringContaining("PTR smtp.example.com  on server"),
    expect.stringMatching(/- 2 deleted/),
  ]);
});

test("every npm script that a text names is there", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const texts = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "bench/README.md"];
  const named = texts.flatMap((file) => readFileSync(join(root, file), "utf8").match(/(?<=npm run )[\w:-]+\b/g) ?? []);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
