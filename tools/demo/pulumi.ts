import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { runInTerminal, runStep } from "../childProcess";
import { environmentWith } from "../pulumiCli/environment";

export interface DemoSetup {
  /** The folder with Pulumi.yaml. */
  root: string;
  /** Where Pulumi may write. */
  folder: string;
  /** The URL of the simulator. */
  url: string;
  token: string;
}

export interface DemoPulumi {
  /** Runs a command in the terminal; resolves to its exit code. */
  run(args: string[]): Promise<number>;
  /** Runs a command quietly; resolves to what it printed. */
  read(args: string[]): Promise<string>;
}

const stack = "demo";

/** The Pulumi CLI on the stack `demo`, which is created if missing. It touches neither UpCloud nor ~/.pulumi. */
export async function demoPulumi(cli: PulumiCommand, setup: DemoSetup): Promise<DemoPulumi> {
  mkdirSync(join(setup.folder, "state"), { recursive: true });
  const options = { cwd: setup.root, env: demoEnvironment(environmentWith(cli), setup) };
  const pulumi: DemoPulumi = {
    run: (args) => runInTerminal(cli.command, args, options),
    read: (args) => runStep(cli.command, args, options),
  };
  await pulumi.read(["stack", "select", "--create", stack, "--non-interactive"]);
  return pulumi;
}

/** The environment with the demo's accounts instead of the user's own at UpCloud and Pulumi. */
export function demoEnvironment(environment: NodeJS.ProcessEnv, setup: DemoSetup): NodeJS.ProcessEnv {
  const rest = Object.entries(environment).filter(([name]) => !isAccountSetting(name));
  return {
    ...Object.fromEntries(rest),
    PULUMI_BACKEND_URL: backendUrl(join(setup.folder, "state")),
    PULUMI_HOME: join(setup.folder, "pulumi-home"),
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_STACK: stack,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // `npm run check` checks the types of the example; here that would take longer than everything else.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    UPCLOUD_DEBUG_API_BASE_URL: setup.url,
    UPCLOUD_TOKEN: setup.token,
  };
}

/**
 * The URL of a self-managed backend, as Pulumi reads it on each system: it decodes nothing, so a real file URL (`pathToFileURL`) would
 * be another folder where the path has a blank, and on Windows only slashes will do (`file://C:/state`).
 */
export const backendUrl = (folder: string): string => `file://${folder.replaceAll("\\", "/")}`;

function isAccountSetting(name: string): boolean {
  return name.startsWith("UPCLOUD_") || pulumiAccountSettings.includes(name);
}

const pulumiAccountSettings = ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CREDENTIALS_PATH"];

const promptingCommands = ["up", "update", "destroy", "refresh", "import"];

/** Adds `--yes` to a command that would ask: without a terminal nobody can answer, and Pulumi refuses to run. */
export function withYes(args: string[]): string[] {
  const isPrompting = promptingCommands.includes(args[0] ?? "") || (args[0] === "stack" && args[1] === "rm");
  return isPrompting && !args.includes("--yes") && !args.includes("-y") ? [...args, "--yes"] : args;
}
