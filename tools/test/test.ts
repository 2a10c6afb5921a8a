import { join } from "node:path";
import { buildPackage } from "../build";
import { environmentWith } from "../pulumiCli/environment";
import { obtainPulumiCli } from "../pulumiCli/obtainPulumiCli";
import { messageOf, runTool } from "../runTool";
import { countTests, type JestResult } from "./countTests";
import { runJest } from "./runJest";

const root = join(__dirname, "../..");

/**
 * `npm test -- ARGUMENTS`: every test, or those that Jest's arguments choose. With `--soak` first, the tests that have a long
 * form, in that form, all of it or with `--part 3/20` next every 20th cell of the matrices. The last line is the count, come what may.
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
  const [part, rest] = given[1] === "--part" ? [given[2], given.slice(3)] : ["1/1", given.slice(1)];
  if (isSoak && !/^\d+\/[1-9]\d*$/.test(part ?? "")) throw new Error(`Expected --part 3/20 or the like, got ${part}.`);
  const args = isSoak ? ["--testPathPatterns", longForms, ...rest] : given;
  const cli = await obtainPulumiCli();
  await buildPackage(root);
  return runJest({ root, args, env: { ...environmentWith(cli), ...(isSoak && { SOAK: "1", SOAK_PART: part }) } });
}

/** Files whose tests are longer where SOAK is 1. */
const longForms = "(faultMatrix|killMatrix|histories|inputChecks[.]fuzz|simulator.model)[.]test[.]ts$";

runTool(() => test(process.argv.slice(2)));
