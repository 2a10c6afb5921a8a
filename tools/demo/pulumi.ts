import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { runInTerminal, runStep } from "../childProcess";
import { environmentWith } from "../pulumiCli/environment";

export interface DemoPlace {
  /** The folder of Pulumi.yaml. */
  root: string;
  /** Where Pulumi may write. */
  folder: string;
  /** The simulator's. */
  url: string;
  token: string;
}

export interface DemoPulumi {
  /** In the terminal; resolves to the exit code. */
  run(args: string[]): Promise<number>;
  /** Quietly; resolves to what the command printed. */
  read(args: string[]): Promise<string>;
}

const stack = "demo";

/** The Pulumi CLI on the stack `demo`, which is created where it is missing. It touches neither UpCloud nor ~/.pulumi. */
export async function demoPulumi(cli: PulumiCommand, place: DemoPlace): Promise<DemoPulumi> {
  mkdirSync(join(place.folder, "state"), { recursive: true });
  const options = { cwd: place.root, env: demoEnvironment(environmentWith(cli), place) };
  const pulumi: DemoPulumi = {
    run: (args) => runInTerminal(cli.command, args, options),
    read: (args) => runStep(cli.command, args, options),
  };
  await pulumi.read(["stack", "select", "--create", stack, "--non-interactive"]);
  return pulumi;
}

/** The environment without the user's own accounts at UpCloud and Pulumi, and with those of the demo. */
export function demoEnvironment(environment: NodeJS.ProcessEnv, place: DemoPlace): NodeJS.ProcessEnv {
  const others = Object.entries(environment).filter(([name]) => !isAccountSetting(name));
  return {
    ...Object.fromEntries(others),
    PULUMI_BACKEND_URL: `file://${join(place.folder, "state")}`,
    PULUMI_HOME: join(place.folder, "pulumi-home"),
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_STACK: stack,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // `npm run check` has the types of the example checked; here it would take longer than everything else.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    UPCLOUD_DEBUG_API_BASE_URL: place.url,
    UPCLOUD_TOKEN: place.token,
  };
}

function isAccountSetting(name: string): boolean {
  return name.startsWith("UPCLOUD_") || pulumiAccountSettings.includes(name);
}

const pulumiAccountSettings = ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CREDENTIALS_PATH"];

const commandsThatAsk = ["up", "update", "destroy", "refresh", "import"];

/** The arguments with `--yes` for a command that would ask. Without a terminal nobody can answer, and Pulumi refuses. */
export function withYes(args: string[]): string[] {
  const asks = commandsThatAsk.includes(args[0] ?? "") || (args[0] === "stack" && args[1] === "rm");
  return asks && !args.includes("--yes") && !args.includes("-y") ? [...args, "--yes"] : args;
}
