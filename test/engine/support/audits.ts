import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseState } from "../../../src/state/stackState";
import type { Project } from "./project";
import { runCommand } from "./runCommand";

const root = process.env.PULUMI_CLI_ROOT as string;

/** As a user of the project has it in the terminal. */
export const environmentOf = ({ stack }: Project): NodeJS.ProcessEnv => ({
  ...process.env,
  ...stack.workspace.envVars,
  PATH: `${join(root, "bin")}:${process.env.PATH}`,
});

const auditCommand = resolve(__dirname, "../../../dist/audit/cli.js");

/**
 * The built command, as a user runs it in the folder of the project. A process of its own, also since Jest refuses what undici loads
 * late while no test of the file has the turn.
 */
export const audit = (project: Project, options: string[] = [], env: NodeJS.ProcessEnv = {}) =>
  runCommand(process.execPath, [auditCommand, "audit", ...options], {
    cwd: project.directory,
    env: { ...environmentOf(project), ...env },
    signal: AbortSignal.timeout(60_000),
  });

/** The addresses that an interrupted create may have left, as `pulumi-upcloud-ip audit` tells on another machine, which has no journal. */
export async function auditElsewhere(project: Project): Promise<string[]> {
  const elsewhere = { PULUMI_HOME: join(project.directory, "another-home") };
  const { code, output } = await audit(project, ["--json", "--all", "--state", project.checkpoint], elsewhere);
  if (code !== 0 && code !== 1) throw new Error(output);
  const { suspects, possible, others } = JSON.parse(output);
  const mayBeLost = others.filter(({ reason }: { reason: string }) => reason === "only-ipv6");
  return [...suspects, ...possible, ...mayBeLost].map(({ address }: { address: string }) => address);
}

/** Ids in the state, those that are to be deleted too. Reads the backend's file, since a CLI takes a second to start. */
export const idsInState = (project: Project): string[] =>
  parseState(readFileSync(project.checkpoint, "utf8"), "The checkpoint").addresses.map(({ id }) => id);
