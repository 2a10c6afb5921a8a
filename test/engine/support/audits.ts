import { readFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "../../../src/audit/command";
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
  let output = "";
  const env = { ...environmentOf(project), PULUMI_HOME: join(project.directory, "another-home") };
  const write = (text: string) => {
    output += text;
  };
  await command(["audit", "--json", "--all", "--state", checkpointOf(project)], { env, write, warn: write });
  const { suspects, possible, others } = JSON.parse(output);
  const mayBeLost = others.filter(({ reason }: { reason: string }) => reason === "only-ipv6");
  return [...suspects, ...possible, ...mayBeLost].map(({ address }: { address: string }) => address);
}

/** Ids in the state, those that are to be deleted too. Reads the backend's file, since a CLI takes a second to start. */
export const idsInState = (project: Project): string[] =>
  parseState(readFileSync(checkpointOf(project), "utf8"), "The checkpoint").addresses.map(({ id }) => id);

const checkpointOf = ({ directory }: Project) => join(directory, "state/.pulumi/stacks/addresses/test.json");
