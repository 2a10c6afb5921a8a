import { isAbsolute } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { unknownKeysIn } from "../model/configuration/keys";
import type { StackHints } from "../model/hints";

/** What every declaration tells the provider about the operation and its stack. */
export const stackHints = (): StackHints => ({
  preview: pulumi.runtime.isDryRun(),
  stack: stackName(),
  projectFolder: projectFolder(),
  ...unknownKeys(),
});

/** A misspelt key would otherwise have no effect, without a word. */
function unknownKeys(): Pick<StackHints, "unknownKeys"> {
  const keys = unknownKeysIn(Object.keys(pulumi.runtime.allConfig()));
  return keys.length === 0 ? {} : { unknownKeys: keys };
}

/** `undefined` outside an operation, and in a test whose mocks name no organization. */
function stackName(): string | undefined {
  if (!pulumi.runtime.hasMonitor()) return undefined;
  try {
    return [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  } catch {
    return undefined;
  }
}

/** `undefined` where the program runs in the project's folder, and with an SDK that does not tell. */
function projectFolder(): string | undefined {
  // Older SDKs do not have it.
  const { getRootDirectory } = pulumi as { getRootDirectory?: () => string };
  if (getRootDirectory === undefined || !pulumi.runtime.hasMonitor()) return undefined;
  try {
    const folder = getRootDirectory();
    // Mocks return a word instead of a path.
    return !isAbsolute(folder) || folder === process.cwd() ? undefined : folder;
  } catch {
    return undefined;
  }
}
