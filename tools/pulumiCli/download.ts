import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { runStep } from "../childProcess";
import type { PulumiCliInstallation } from "./types";

/** A download may take as long as it needs, but not stand still for longer than this. */
const longestStandstillMs = 60_000;

/** Has the Automation API install the CLI of its own version under `root`: the normal way where the internet is open. */
export async function downloadPulumiCli(installation: PulumiCliInstallation): Promise<void> {
  const { version, root, scratch } = installation;
  console.error(`Downloading the Pulumi CLI ${version} (about 100 MB, once) …`);
  // A process of its own, because the Automation API cannot end an installation that it has begun.
  const temporary = { TMPDIR: scratch, TMP: scratch, TEMP: scratch };
  const standstill = watchForStandstill(scratch);
  try {
    await runStep(process.execPath, ["-e", install, root], {
      cwd: __dirname,
      env: { ...process.env, ...temporary },
      giveUp: standstill.signal,
    });
  } finally {
    standstill.stopWatching();
  }
}

const install = `
  const { PulumiCommand } = require("@pulumi/pulumi/automation");
  PulumiCommand.install({ root: process.argv[1] }).catch((error) => {
    console.error(/ stderr: ([^]+?)\\n err\\?: /.exec(error.message)?.[1] ?? error.message);
    process.exitCode = 1;
  });
`;

/** Aborts when nothing has been written under `folder` for a minute. */
function watchForStandstill(folder: string): { signal: AbortSignal; stopWatching(): void } {
  const controller = new AbortController();
  let written = 0;
  let changedAt = Date.now();
  const timer = setInterval(async () => {
    const size = await sizeOf(folder);
    if (size !== written) changedAt = Date.now();
    written = size;
    if (Date.now() - changedAt > longestStandstillMs) {
      controller.abort(new Error(`nothing arrived for ${longestStandstillMs / 1000} seconds`));
    }
  }, 1_000);
  return { signal: controller.signal, stopWatching: () => clearInterval(timer) };
}

async function sizeOf(folder: string): Promise<number> {
  // Files come and go while they are counted.
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
