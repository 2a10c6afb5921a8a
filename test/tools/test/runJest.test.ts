import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runJest } from "../../../tools/test/runJest";

const result = { success: true, numPassedTests: 3 };
const writesResult = `
  const output = process.argv.find((argument) => argument.startsWith("--outputFile=")).slice("--outputFile=".length);
  require("fs").writeFileSync(output, ${JSON.stringify(JSON.stringify(result))});
`;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "run-jest-"));
  mkdirSync(join(root, "node_modules/jest/bin"), { recursive: true });
  jest.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true });
});

test("Jest gets the arguments and the environment, and its own result is returned", async () => {
  fakeJest(`${writesResult} require("fs").writeFileSync("seen", process.argv.slice(2) + process.env.PULUMI_CLI_ROOT)`);
  expect(await run(["-t", "a name"])).toEqual(result);
  expect(readFileSync(join(root, "seen"), "utf8")).toMatch(/^--json,--outputFile=[^,]+,-t,a name\/opt\/pulumi$/);
});

test("a Jest that ends without a result gives undefined", async () => {
  fakeJest("process.exit(1)");
  expect(await run()).toBeUndefined();
});

test("a Jest that does not exit after its result is ended, and its result becomes a failure", async () => {
  fakeJest(`${writesResult} setInterval(() => {}, 1000)`);
  expect(await run()).toEqual({ ...result, success: false });
  expect(console.error).toHaveBeenCalledWith(expect.stringContaining("Jest did not exit by itself"));
});

function run(args: string[] = []) {
  return runJest({ root, args, env: { ...process.env, PULUMI_CLI_ROOT: "/opt/pulumi" }, exitTimeoutMs: 300 });
}

function fakeJest(text: string): void {
  writeFileSync(join(root, "node_modules/jest/bin/jest.js"), text);
}
