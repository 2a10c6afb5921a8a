import { obtainPulumiCli } from "../../../tools/pulumiCli/obtainPulumiCli";

/** `npm test` has obtained the CLI already; a single file run by hand finds it here. */
export default async function globalSetup(): Promise<void> {
  if (process.env.PULUMI_CLI_ROOT) return;
  const { command } = await obtainPulumiCli();
  process.env.PULUMI_CLI_ROOT = command.replace(/\/bin\/pulumi$/, "");
}
