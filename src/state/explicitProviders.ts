import { type PulumiRun, runPulumi } from "./pulumiCli";

/** The inputs of an explicit provider by full key, such as `upcloud:token`, decrypted. */
export type ProviderSettings = Readonly<Record<string, string>>;

/** The settings of the stack's explicit providers for UpCloud. Needs what decrypts the stack's secrets, such as its passphrase. */
export async function readProviderSettings(
  run: PulumiRun & { stack?: string | undefined },
): Promise<ProviderSettings[]> {
  const args = ["stack", "export", "--show-secrets", ...(run.stack === undefined ? [] : ["--stack", run.stack])];
  const { deployment }: { deployment?: { resources?: Resource[] } } = JSON.parse(await runPulumi(args, run));
  return (deployment?.resources ?? []).filter(isExplicitProvider).map(({ inputs = {} }) =>
    Object.fromEntries(
      Object.entries(inputs).flatMap(([key, value]) => {
        const text = textOf(value);
        return text === undefined ? [] : [[key, text]];
      }),
    ),
  );
}

interface Resource {
  type: string;
  inputs?: Record<string, unknown>;
}

/** A provider that a program declares with settings for UpCloud. The default provider has the stack's configuration instead. */
export const isExplicitProvider = ({ type, inputs = {} }: Resource): boolean =>
  type === "pulumi:providers:pulumi-nodejs" && "upcloud:providerName" in inputs;

/** A plain value, or a secret as the CLI shows it: an object with the value's JSON. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const { plaintext } = Object(value) as { plaintext?: unknown };
  return typeof plaintext === "string" ? String(JSON.parse(plaintext)) : undefined;
}
