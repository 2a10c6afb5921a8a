import { type PulumiRun, runPulumi } from "./pulumiCli";

export interface StackConfiguration {
  /** By full key, such as `upcloud:token`. */
  values: ReadonlyMap<string, string>;
  /** Why the values do not include the secrets; absent if they do. */
  withoutSecrets?: string;
}

/** The decrypted configuration of a stack; without its secrets if they cannot be decrypted (no passphrase). */
export async function readStackConfig(run: PulumiRun & { stack?: string | undefined }): Promise<StackConfiguration> {
  const args = ["config", "--json", ...(run.stack === undefined ? [] : ["--stack", run.stack])];
  try {
    return { values: valuesIn(await runPulumi([...args, "--show-secrets"], run)) };
  } catch (error) {
    const withoutSecrets = (error as Error).message;
    return { values: valuesIn(await runPulumi(args, run)), withoutSecrets };
  }
}

function valuesIn(json: string): Map<string, string> {
  const settings: Record<string, { value?: string }> = JSON.parse(json);
  const known = Object.entries(settings).flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]]));
  return new Map(known as [string, string][]);
}
