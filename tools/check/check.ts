import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackage } from "../build";
import { npmCommand, runStep } from "../childProcess";
import { messageOf, runTool } from "../runTool";

const root = join(__dirname, "../..");

interface Step {
  name: string;
  run(): Promise<unknown>;
}

const tool = (file: string, ...args: string[]): Step => ({
  name: [file.replace(/^(@[\w-]+\/)?([\w-]+)\/.*$/, "$2"), ...args].join(" "),
  run: () => runStep(process.execPath, [join(root, "node_modules", file), ...args], { cwd: root, failureLines: 80 }),
});

/** What a user's package manager and compiler make of the package. */
async function checkPackage(): Promise<void> {
  await buildPackage(root);
  const folder = mkdtempSync(join(tmpdir(), "pack-"));
  try {
    // Without the scripts: it has just been built.
    const [command, args] = npmCommand("pack", "--ignore-scripts", "--json", "--pack-destination", folder);
    const [{ filename }] = JSON.parse(await runStep(command, args, { cwd: root })) as [{ filename: string }];
    await tool("publint/src/cli.js", join(folder, filename)).run();
    await tool("@arethetypeswrong/cli/dist/index.js", join(folder, filename), "--quiet").run();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Two lanes, for two cores: what reads the sources, and the quick tests. */
const lanes: Step[][] = [
  [
    tool("@biomejs/biome/bin/biome", "check", "."),
    // --allowJs here only: in tsconfig.json it would have ts-node compile the built package.
    tool(
      "typescript/bin/tsc",
      "--allowJs",
      "--incremental",
      "--tsBuildInfoFile",
      "node_modules/.cache/check.tsbuildinfo",
    ),
    tool("knip/bin/knip.js"),
    tool("typedoc/bin/typedoc", "--emit", "none"),
    { name: "the package", run: checkPackage },
  ],
  [tool("jest/bin/jest.js", "--selectProjects", "quick")],
];

/** `npm run check`: the quick loop. Prints what failed, and how long each step took. */
async function check(): Promise<number> {
  const failures: string[] = [];
  const runLane = async (steps: Step[]) => {
    for (const { name, run } of steps) {
      const begun = performance.now();
      const failure = await run().then(
        () => undefined,
        (error) => messageOf(error),
      );
      console.log(
        `${failure === undefined ? "ok  " : "FAIL"} ${name} (${Math.round((performance.now() - begun) / 1000)} s)`,
      );
      if (failure !== undefined) failures.push(`${name}:\n${failure}`);
    }
  };
  await Promise.all(lanes.map(runLane));
  for (const failure of failures) console.error(`\n${failure}`);
  return failures.length === 0 ? 0 : 1;
}

runTool(check);
