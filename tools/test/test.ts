import { join } from "node:path";
import { buildPackage } from "../build";
import { environmentWith } from "../pulumiCli/environment";
import { obtainPulumiCli } from "../pulumiCli/obtainPulumiCli";
import { messageOf, runTool } from "../runTool";
import { countTests, type JestResult, sumOf } from "./countTests";
import { runJest } from "./runJest";

const root = join(__dirname, "../..");

/**
 * `npm test -- ARGUMENTS`: runs every test, or those that Jest's arguments select. `--soak` as the first argument runs the
 * long form of the tests that have one; `--part 3/20` as the next runs every 20th cell of the matrices. The last line is always the count.
 */
async function test(jestArguments: string[]): Promise<number> {
  const result = await setUpAndRun(jestArguments).catch((error) => {
    console.error(messageOf(error));
    return undefined;
  });
  const { line, isSuccess } = countTests(result);
  console.log(line);
  return isSuccess ? 0 : 1;
}

async function setUpAndRun(args: string[]): Promise<JestResult | undefined> {
  const isSoak = args[0] === "--soak";
  const [part, rest] = args[1] === "--part" ? [args[2], args.slice(3)] : ["1/1", args.slice(1)];
  if (isSoak && !/^\d+\/[1-9]\d*$/.test(part ?? "")) throw new Error(`Expected --part in the form 3/20, got ${part}.`);
  const jestArguments = isSoak ? ["--testPathPatterns", longForms, ...rest] : args;
  if (process.platform === "win32") return runOnWindows(args);
  const cli = await obtainPulumiCli();
  await buildPackage(root);
  const env = { ...environmentWith(cli), ...(isSoak && { SOAK: "1", SOAK_PART: part }) };
  const run = (...runArguments: string[]) => runJest({ root, args: runArguments, env });
  if (jestArguments.length > 0) return run(...jestArguments);
  // Coverage is that of the tests that run in Jest's own processes.
  const inProcess = await run("--selectProjects", "quick", "thorough", "--coverage");
  return sumOf(inProcess, await run("--selectProjects", "engine"));
}

/** The engine tests end processes by signals, and run programs and package managers as a POSIX shell does. */
async function runOnWindows(args: string[]): Promise<JestResult | undefined> {
  console.error("On Windows only the quick tests run: the engine tests need Linux or macOS, such as WSL.");
  await buildPackage(root);
  return runJest({ root, args: ["--selectProjects", "quick", ...args], env: process.env });
}

/** Files with tests that have a long form, which SOAK=1 selects. */
const longForms = "(faultMatrix|killMatrix|histories|check[.]fuzz|simulator.model)[.]test[.]ts$";

runTool(() => test(process.argv.slice(2)));
