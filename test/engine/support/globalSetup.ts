import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { obtainPulumiCli } from "../../../tools/pulumiCli/obtainPulumiCli";

const root = resolve(__dirname, "../../..");

/** `npm test` has compiled the package and obtained the CLI already; a single file run by hand finds both out here. */
export default async function globalSetup(): Promise<void> {
  refuseStaleBuild();
  if (process.env.PULUMI_CLI_ROOT) return;
  const { command } = await obtainPulumiCli();
  process.env.PULUMI_CLI_ROOT = command.replace(/\/bin\/pulumi$/, "");
}

/** Programs of the engine tests load `dist/`. */
function refuseStaleBuild(): void {
  if (newestIn("dist") >= newestIn("src")) return;
  throw new Error("dist/ is older than src/, and the engine tests run what is in dist/: run `npm run build` first.");
}

/** When a file in the folder was last changed, in milliseconds; 0 if there is none. */
function newestIn(folder: string): number {
  const directory = join(root, folder);
  try {
    const files = readdirSync(directory, { recursive: true, encoding: "utf8" });
    return Math.max(0, ...files.map((file) => statSync(join(directory, file)).mtimeMs));
  } catch {
    return 0;
  }
}
