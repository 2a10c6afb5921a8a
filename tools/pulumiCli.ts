import { delimiter, dirname, isAbsolute } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { version } from "@pulumi/pulumi/version";
import { Interrupted } from "./childProcess";
import { pulumiCliWays } from "./pulumiCliWays";
import { messageOf } from "./runTool";

/** One way to come by a Pulumi CLI. `obtain` rejects with an error whose message is the reason why it cannot. */
export interface PulumiCliWay {
  name: string;
  obtain(): Promise<PulumiCommand>;
}

/** A Pulumi CLI that can run this project's programs, from the first way that has one. */
export async function obtainPulumiCli(ways: PulumiCliWay[] = pulumiCliWays(version)): Promise<PulumiCommand> {
  const failures: string[] = [];
  for (const way of ways) {
    try {
      return await way.obtain();
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      failures.push(`  - ${way.name}: ${messageOf(error).trim().replaceAll("\n", "\n      ")}`);
    }
  }
  throw new Error(
    [
      `There is no Pulumi CLI here that fits @pulumi/pulumi ${version}. Tried, in this order:`,
      ...failures,
      `Install the Pulumi CLI ${version} or newer (https://www.pulumi.com/docs/install/), or Go ` +
        "(https://go.dev/doc/install) for the last way, then run this command again.",
    ].join("\n"),
  );
}

/**
 * This process's environment for programs that use the CLI: it comes first on PATH, with its companions, and
 * PULUMI_CLI_ROOT names the folder that has bin/pulumi, as `PulumiCommand.get({ root })` takes it. Without such a folder
 * PULUMI_CLI_ROOT is absent, and the CLI is the one on PATH.
 */
export function environmentWith(cli: PulumiCommand): NodeJS.ProcessEnv {
  const { PULUMI_CLI_ROOT: _outer, ...environment } = process.env;
  if (!isAbsolute(cli.command)) return environment;
  const folder = dirname(cli.command);
  const path = [folder, environment.PATH].join(delimiter);
  return { ...environment, PATH: path, PULUMI_CLI_ROOT: dirname(folder) };
}
