import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { version } from "@pulumi/pulumi/version";
import { Interrupted } from "../childProcess";
import { messageOf } from "../runTool";
import { pulumiCliSources } from "./sources";
import type { PulumiCliSource } from "./types";

/** A Pulumi CLI that can run this project's programs, from the first source that has one. */
export async function obtainPulumiCli(sources: PulumiCliSource[] = pulumiCliSources(version)): Promise<PulumiCommand> {
  const failures: string[] = [];
  for (const source of sources) {
    try {
      return await source.obtain();
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      failures.push(`  - ${source.name}: ${messageOf(error).trim().replaceAll("\n", "\n      ")}`);
    }
  }
  throw new Error(
    [
      `No Pulumi CLI was found that fits @pulumi/pulumi ${version}. Tried, in this order:`,
      ...failures,
      `Install the Pulumi CLI ${version} or newer (https://www.pulumi.com/docs/install/), or Go ` +
        "(https://go.dev/doc/install) for a build from source, then run this command again.",
    ].join("\n"),
  );
}
