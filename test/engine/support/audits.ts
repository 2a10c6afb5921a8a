import { readFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "../../../src/audit/command";
import { parseState } from "../../../src/state/stackState";
import type { Project } from "./project";

interface Found {
  address: string;
  why: string;
  adopt: string;
  resource?: { urn: string; name: string };
}

const root = process.env.PULUMI_CLI_ROOT as string;

/** As a user of the project has it in the terminal. */
export const environmentOf = ({ stack }: Project): NodeJS.ProcessEnv => ({
  ...process.env,
  ...stack.workspace.envVars,
  PATH: `${join(root, "bin")}:${process.env.PATH}`,
});

/** What `pulumi-upcloud-ip audit` finds on another machine, which has no journal. */
export async function auditElsewhere(project: Project): Promise<Found[]> {
  let output = "";
  const env = { ...environmentOf(project), PULUMI_HOME: join(project.directory, "another-home") };
  const write = (text: string) => {
    output += text;
  };
  await command(["audit", "--json", "--state", checkpointOf(project)], { env, write, warn: write });
  const { suspects, possible = [] }: { suspects: Found[]; possible?: Found[] } = JSON.parse(output);
  return [...suspects, ...possible];
}

/** Ids in the state, those that are to be deleted too. Reads the backend's file, since a CLI takes a second to start. */
export const idsInState = (project: Project): string[] =>
  parseState(readFileSync(checkpointOf(project), "utf8"), "The checkpoint").addresses.map(({ id }) => id);

const checkpointOf = ({ directory }: Project) => join(directory, "state/.pulumi/stacks/addresses/test.json");
