import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { runStep } from "../../../tools/childProcess";

const root = join(__dirname, "../../..");
const jestProgram = join(root, "node_modules/jest/bin/jest.js");

async function testsOf(project: string): Promise<string[]> {
  const output = await runStep(process.execPath, [jestProgram, "--listTests", "--selectProjects", project], {
    cwd: root,
  });
  const files = output.split("\n").filter((line) => line.endsWith(".test.ts"));
  return files.map((file) => relative(join(root, "test"), file));
}

test("each test belongs to one of Jest's projects", async () => {
  const all = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });
  const [quick = [], thorough = [], engine = []] = await Promise.all(["quick", "thorough", "engine"].map(testsOf));
  expect(thorough).toHaveLength(10);
  expect([...quick, ...thorough, ...engine].sort()).toEqual(all.filter((file) => file.endsWith(".test.ts")).sort());
}, 30_000);
