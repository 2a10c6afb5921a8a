import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInTerminal, runStep } from "../childProcess";
import { runTool } from "../runTool";
import { missingForRelease } from "./checks";

const root = join(__dirname, "../..");

/**
 * `npm run release`: says what the checkout lacks for a release, and runs every check and test. `npm run release -- --publish`
 * then publishes. npm signs where and from which commit a package was built (provenance) only in the CI of GitHub and GitLab.
 */
async function release(args: string[]): Promise<number> {
  const unexpected = args.find((arg) => arg !== "--publish");
  if (unexpected !== undefined) throw new Error(`Expected --publish or nothing, got ${unexpected}.`);
  const { version, repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  const lines = async (command: string) => (await git(command)).split("\n").filter(Boolean);
  const [tags, changedFiles] = [await lines("tag --points-at HEAD"), await lines("status --porcelain")];
  const missing = missingForRelease({ version, changelog, tags, changedFiles, repository });
  if (missing.length > 0) throw new Error(`A release of ${version} needs:\n- ${missing.join("\n- ")}`);
  const steps = [["run", "check"], ["test"], ...(args.length > 0 ? [["publish", "--ignore-scripts"]] : [])];
  for (const step of steps) {
    const exitCode = await runInTerminal("npm", step, { cwd: root });
    if (exitCode !== 0) return exitCode;
  }
  return 0;
}

const git = (command: string) => runStep("git", command.split(" "), { cwd: root });

runTool(() => release(process.argv.slice(2)));
