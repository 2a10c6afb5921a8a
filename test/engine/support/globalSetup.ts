import { resolve } from "node:path";
import { buildPackage } from "../../../tools/build";
import { obtainPulumiCli } from "../../../tools/pulumiCli/obtainPulumiCli";

/** Programs load `dist/`. `npm test` has compiled it and obtained the CLI already; a file that is run by hand does both here. */
export default async function globalSetup(): Promise<void> {
  await buildPackage(resolve(__dirname, "../../.."));
  if (process.env.PULUMI_CLI_ROOT) return;
  const { command } = await obtainPulumiCli();
  process.env.PULUMI_CLI_ROOT = command.replace(/\/bin\/pulumi$/, "");
}
