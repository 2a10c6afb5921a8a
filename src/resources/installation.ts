import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** Where Pulumi has started the program, whatever the program changes to later. */
const folder = process.cwd();

/** By run of a program: with the Automation API one process can run several programs. */
const checkedIn = new WeakSet<object>();

/**
 * Pulumi's provider process runs in the folder of the program and loads the lifecycle from there. Where a component library has this
 * package and the program has not, the engine would fail with a stack trace that does not say where to install it.
 */
export function requireInstallation(): void {
  const run = pulumi.runtime.getMonitor();
  // Mocks have no connection, and no provider process.
  if (run === undefined || !("getChannel" in run) || checkedIn.has(run)) return;
  checkedIn.add(run);
  if (isInstalled()) return;
  const found = `pulumi-upcloud-ip is not installed in ${folder}`;
  if (isRunByCli()) {
    throw new pulumi.RunError(
      `${found}, the folder of the program, from which Pulumi loads the resources: run \`npm install pulumi-upcloud-ip\` there, or ` +
        "`pnpm add`, `yarn add` or `bun add`. The program needs it even if only a component library imports it.",
    );
  }
  // An inline program cannot see which folder the Pulumi.yaml of its `workDir` names.
  void pulumi.log.warn(
    `${found}, where this inline program was started. Unless the Pulumi.yaml of its workDir names another folder as \`main\`, Pulumi ` +
      "cannot load the resources: start it in a folder that has pulumi-upcloud-ip and @pulumi/pulumi in node_modules.",
  );
}

function isInstalled(): boolean {
  try {
    createRequire(join(folder, "program.js")).resolve("pulumi-upcloud-ip/provider");
    return true;
  } catch {
    return false;
  }
}

/** Pulumi's runner of programs leaves its settings in the environment, for a second copy of the SDK. */
const isRunByCli = () => process.env.PULUMI_NODEJS_MONITOR !== undefined;
