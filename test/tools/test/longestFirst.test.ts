import { existsSync } from "node:fs";
import { join } from "node:path";

const LongestFirst = require("../../../tools/test/longestFirst.js");
const longestTests: string[] = LongestFirst.longestTests;
const root = join(__dirname, "../../..");

test("the tests that take longest are there", () => {
  expect(longestTests.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test("they come first, in their order", async () => {
  const [longest, second] = longestTests;
  const other = "/test/engine/lifecycle/plans.test.ts";
  const context = { config: {}, hasteFS: { getSize: () => 1 } };
  const sequencer = new LongestFirst({ globalConfig: {}, contexts: [context] });
  const sorted = await sequencer.sort([other, second, longest].map((path) => ({ path, context })));
  expect(sorted.map(({ path }: { path: string }) => path)).toEqual([longest, second, other]);
});
