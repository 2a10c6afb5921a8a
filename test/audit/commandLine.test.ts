import { readFileSync } from "node:fs";
import { join } from "node:path";
import { web } from "../support/demoServers";
import { CommandRig } from "./support/commandRig";
import { pendingCreate, resource, stackExport } from "./support/stackFixture";

let rig: CommandRig;
beforeAll(async () => {
  rig = await CommandRig.start();
});
beforeEach(() => rig.forget());
afterAll(() => rig.end());

describe("the audit fails with one sentence if", () => {
  test.each<[string, () => string, string]>([
    ["there is no command", () => "", "Expected the command audit, got nothing: see pulumi-upcloud-ip --help."],
    ["the command is another", () => "adopt", "Expected the command audit, got adopt: see pulumi-upcloud-ip --help."],
    [
      "there is another argument",
      () => "audit prod",
      "Expected only options after audit, got prod: see pulumi-upcloud-ip",
    ],
    ["an option is unknown", () => "audit --stacks prod", "Unknown option '--stacks': see pulumi-upcloud-ip --help."],
    [
      "there is no such file",
      () => "audit --state /nope",
      'Expected --state to name a readable file, got "/nope": ENOENT',
    ],
    [
      "the file is not a state",
      () => `audit --state ${rig.write("x.json", {})}`,
      "x.json is not the state of a Pulumi stack",
    ],
  ])("%s", async (_, args, message) => {
    await expect(rig.run(args())).rejects.toThrow(message);
    expect(rig.simulator.requests).toEqual([]);
  });
});

test("a state file alone needs no Pulumi, and a pending create names the resource", async () => {
  const first = resource("first", rig.managed, { server: web });
  const again = resource("mail", rig.managed, { server: web });
  const pending = [pendingCreate("mail", { server: web })];
  const file = (resources: object[]) => rig.write("prod.json", stackExport(resources, pending));
  const named = await rig.run(`audit --state ${file([first])}`, { PATH: "" });
  expect([named.code, named.output]).toEqual([1, expect.stringMatching(new RegExp(`${rig.leaked} .* "mail"\n`))]);
  expect(named.output).not.toContain("has another address");
  const taken = await rig.run(`audit --state ${file([again])}`, { PATH: "" });
  expect(taken.output).toContain(`"mail", which has ${rig.managed} now\n`);
});

test("--help and --version print the options and the version", async () => {
  const help = await rig.run("--help");
  for (const option of ["--stack", "--state", "--cwd", "--all", "--json", "--import-file"])
    expect(help.output).toContain(option);
  const manifest: { version: string } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));
  expect(await rig.run("--version")).toEqual({ code: 0, output: `${manifest.version}\n`, warnings: [] });
  expect(help.code).toBe(0);
});
