import { type ExecFileException, execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { parseState } from "../../../src/state/stackState";
import type { Project } from "./project";

const root = process.env.PULUMI_CLI_ROOT as string;

/** As a user of the project has it in the terminal. */
export const environmentOf = ({ stack }: Project): NodeJS.ProcessEnv => ({
  ...process.env,
  ...stack.workspace.envVars,
  PATH: `${join(root, "bin")}:${process.env.PATH}`,
});

/** The addresses that an interrupted create may have left, as `pulumi-upcloud-ip audit` tells on another machine, which has no journal. */
export async function auditElsewhere(project: Project): Promise<string[]> {
  const env = { ...environmentOf(project), PULUMI_HOME: join(project.directory, "another-home") };
  const args = [auditCommand, "audit", "--json", "--all", "--state", checkpointOf(project)];
  // A process of its own, as a user has it: Jest refuses what undici loads late while no test of the file has the turn.
  const { stdout } = await promisify(execFile)(process.execPath, args, { env }).catch(hasFound);
  const { suspects, possible, others } = JSON.parse(stdout);
  const mayBeLost = others.filter(({ reason }: { reason: string }) => reason === "only-ipv6");
  return [...suspects, ...possible, ...mayBeLost].map(({ address }: { address: string }) => address);
}

const auditCommand = resolve(__dirname, "../../../dist/audit/cli.js");

/** The exit code 1 says that an address looks lost. */
function hasFound(error: ExecFileException & { stdout: string }): { stdout: string } {
  if (error.code !== 1) throw error;
  return error;
}

/** Ids in the state, those that are to be deleted too. Reads the backend's file, since a CLI takes a second to start. */
export const idsInState = (project: Project): string[] =>
  parseState(readFileSync(checkpointOf(project), "utf8"), "The checkpoint").addresses.map(({ id }) => id);

const checkpointOf = ({ directory }: Project) => join(directory, "state/.pulumi/stacks/addresses/test.json");
