import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { Interrupted } from "../childProcess";
import { messageOf } from "../runTool";
import { pulumiCliSources } from "./sources";
import type { PulumiCliSource } from "./types";

/**
 * The CLI that the project is tested with. It is newer than the SDK of package.json, which is the last for Node 20: a CLI runs the
 * programs of older SDKs. Importing a file with inputs needs 3.254.
 */
const pulumiCliVersion = "3.274.1";

/** A Pulumi CLI that can run this project's programs, from the first source that has one. */
export async function obtainPulumiCli(
  sources: PulumiCliSource[] = pulumiCliSources(pulumiCliVersion),
): Promise<PulumiCommand> {
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
      `No Pulumi CLI ${pulumiCliVersion} or newer was found. Tried, in this order:`,
      ...failures,
      `Install the Pulumi CLI ${pulumiCliVersion} or newer (https://www.pulumi.com/docs/install/), or Go ` +
        "(https://go.dev/doc/install) for a build from source, then run this command again.",
    ].join("\n"),
  );
}
