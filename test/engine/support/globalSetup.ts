import { resolve } from "node:path";
import { buildPackage } from "../../../tools/build";
import { obtainPulumiCli } from "../../../tools/pulumiCli/obtainPulumiCli";
import { startVault } from "../../support/network/vault";

/**
 * What each file of the engine tests needs. `npm test` has compiled `dist/` and obtained the CLI already; a file that is run by hand
 * does both here.
 */
export default async function globalSetup(): Promise<void> {
  await buildPackage(resolve(__dirname, "../../.."));
  Object.assign(process.env, await startVault());
  if (process.env.PULUMI_CLI_ROOT) return;
  const { command } = await obtainPulumiCli();
  process.env.PULUMI_CLI_ROOT = command.replace(/\/bin\/pulumi$/, "");
}
