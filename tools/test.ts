import { join } from "node:path";
import { buildPackage } from "./build";
import { countTests, type JestResult } from "./countTests";
import { environmentWith, obtainPulumiCli } from "./pulumiCli";
import { runJest } from "./runJest";
import { messageOf, runTool } from "./runTool";

const root = join(__dirname, "..");

/**
 * `npm test -- ARGUMENTS`: every test, or those that Jest's arguments choose. With `--soak` first, the tests that have a long
 * form, in that form. The last line is the count, come what may.
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

async function setUpAndRun(given: string[]): Promise<JestResult | undefined> {
  const isSoak = given[0] === "--soak";
  const args = isSoak ? ["--testPathPatterns", longForms, ...given.slice(1)] : given;
  const cli = await obtainPulumiCli();
  await buildPackage(root);
  return runJest({ root, args, env: { ...environmentWith(cli), ...(isSoak && { SOAK: "1" }) } });
}

/** Files whose tests are longer where SOAK is 1. */
const longForms = "(faultMatrix|killMatrix|histories|inputChecks[.]fuzz|simulator.model)[.]test[.]ts$";

runTool(() => test(process.argv.slice(2)));
