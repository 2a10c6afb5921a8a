import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { web } from "../../support/demoServers";

const root = resolve(__dirname, "../../..");

test("the Jest test of a Pulumi program in docs/simulator.md passes as it stands, and fails for another PTR record", () => {
  const page = readFileSync(join(root, "docs/simulator.md"), "utf8");
  const [code] = page.match(/(?<=```ts\n)import \{ mkdtempSync[\s\S]*?(?=```)/) ?? [];
  expect(code).toContain("await stack.up()");
  const directory = mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-"));
  try {
    const program = join(directory, "my-program");
    mkdirSync(program);
    symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
    writeFileSync(join(program, "Pulumi.yaml"), "name: mail\nruntime: nodejs\n");
    writeFileSync(join(program, "package.json"), '{ "name": "mail", "main": "index.js" }\n');
    writeFileSync(join(directory, "mail.test.ts"), code as string);
    writeFileSync(
      join(directory, "jest.config.js"),
      'module.exports = { transform: { "\\\\.ts$": ["ts-jest", { diagnostics: false }] } };\n',
    );
    const run = (ptrRecord: string) => {
      writeFileSync(
        join(program, "index.js"),
        `const { ServerIpAddress } = require("pulumi-upcloud-ip");
         new ServerIpAddress("mx2", { server: "${web}", ptrRecord: "${ptrRecord}" });`,
      );
      return spawnSync(process.execPath, [join(root, "node_modules/jest/bin/jest.js")], {
        cwd: directory,
        encoding: "utf8",
        timeout: 200_000,
        env: {
          ...process.env,
          PATH: `${join(process.env.PULUMI_CLI_ROOT as string, "bin")}${delimiter}${process.env.PATH}`,
          PULUMI_HOME: join(directory, "home"),
          TMPDIR: directory,
          NODE_EXTRA_CA_CERTS: "",
          UPCLOUD_TOKEN: "",
          UPCLOUD_USERNAME: "",
          UPCLOUD_PASSWORD: "",
        },
      });
    };
    expect(run("mx2.example.com")).toMatchObject({ status: 0, stderr: expect.stringContaining("1 passed") });
    expect(run("other.example.com")).toMatchObject({ status: 1, stderr: expect.stringContaining("1 failed") });
    expect(existsSync(join(program, "Pulumi.test.yaml"))).toBe(false);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
