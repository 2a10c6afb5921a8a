import { readFileSync } from "node:fs";
import { join } from "node:path";
import { npmCommand, runInTerminal, runStep } from "../childProcess";
import { runTool } from "../runTool";
import { missingForPublish, missingForRelease, releaseWorkflow } from "./checks";

const root = join(__dirname, "../..");

/**
 * `npm run release`: says what the checkout lacks for a release, and runs every check and test. `npm run release -- --publish`
 * publishes what has passed them: only the release workflow can, since npm trusts it and signs from which commit the package was built.
 */
async function release(args: string[]): Promise<number> {
  const unexpected = args.find((arg) => arg !== "--publish");
  if (unexpected !== undefined) throw new Error(`Expected --publish or nothing, got ${unexpected}.`);
  const { version, repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  const lines = async (command: string) => (await git(command)).split("\n").filter(Boolean);
  const [tags, changedFiles] = [await lines("tag --points-at HEAD"), await lines("status --porcelain")];
  const isPublishing = args.length > 0;
  const missing = [
    ...missingForRelease({ version, changelog, tags, changedFiles, repository }),
    ...(isPublishing ? missingForPublish(process.env, (await runStep(...npmCommand("--version"))).trim()) : []),
  ];
  if (missing.length > 0) throw new Error(`A release of ${version} needs:\n- ${missing.join("\n- ")}`);
  const steps = isPublishing
    ? [
        ["run", "build"],
        ["publish", "--ignore-scripts"],
      ]
    : [["run", "check"], ["test"]];
  for (const step of steps) {
    const exitCode = await runInTerminal(...npmCommand(...step), { cwd: root });
    if (exitCode !== 0) return exitCode;
  }
  if (!isPublishing) console.log(`Push the tag v${version}: ${releaseWorkflow} publishes it.`);
  return 0;
}

const git = (command: string) => runStep("git", command.split(" "), { cwd: root });

runTool(() => release(process.argv.slice(2)));
