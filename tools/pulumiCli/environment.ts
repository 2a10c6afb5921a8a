import { delimiter, dirname, isAbsolute } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";

/**
 * This process's environment for programs that use the CLI: it comes first on PATH, with its companions, and
 * PULUMI_CLI_ROOT names the folder that has bin/pulumi, as `PulumiCommand.get({ root })` expects it. Without such a folder
 * PULUMI_CLI_ROOT is absent, and the CLI is the one on PATH.
 */
export function environmentWith(cli: PulumiCommand): NodeJS.ProcessEnv {
  const { PULUMI_CLI_ROOT: _outer, ...environment } = process.env;
  if (!isAbsolute(cli.command)) return environment;
  const folder = dirname(cli.command);
  // Of process.env itself: Windows calls it Path, which only process.env knows to be the same.
  const path = [folder, process.env.PATH].join(delimiter);
  return { ...withoutPath(environment), PATH: path, PULUMI_CLI_ROOT: dirname(folder) };
}

/** Two names of one variable would be a matter of luck. */
const withoutPath = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => name.toUpperCase() !== "PATH"));
