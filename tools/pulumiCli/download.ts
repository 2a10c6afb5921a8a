import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { runStep } from "../childProcess";
import type { PulumiCliInstallation } from "./types";

/** A download may take any time, but is aborted when nothing arrives for this long. */
const maxIdleMs = 60_000;

/** Lets the Automation API install the CLI: the normal way with access to the internet. */
export async function downloadPulumiCli(installation: PulumiCliInstallation): Promise<void> {
  const { version, root, scratch } = installation;
  console.error(`Downloading the Pulumi CLI ${version} (about 100 MB, once) …`);
  // In its own process, because the Automation API cannot abort an installation.
  const temporary = { TMPDIR: scratch, TMP: scratch, TEMP: scratch };
  const idleWatch = watchForIdleness(scratch);
  try {
    await runStep(process.execPath, ["-e", install, root, version], {
      cwd: __dirname,
      env: { ...process.env, ...temporary },
      giveUp: idleWatch.signal,
    });
  } finally {
    idleWatch.stopWatching();
  }
}

const install = `
  const { PulumiCommand } = require("@pulumi/pulumi/automation");
  // The version has to be an object of the package that the Automation API itself uses.
  const { SemVer } = require("node:module").createRequire(require.resolve("@pulumi/pulumi/automation"))("semver");
  const [, root, version] = process.argv;
  PulumiCommand.install({ root, version: new SemVer(version) }).catch((error) => {
    console.error(/ stderr: ([^]+?)\\n err\\?: /.exec(error.message)?.[1] ?? error.message);
    process.exitCode = 1;
  });
`;

/** Aborts when the size of `folder` has not changed for `maxIdleMs`. */
function watchForIdleness(folder: string): { signal: AbortSignal; stopWatching(): void } {
  const controller = new AbortController();
  let lastSize = 0;
  let changedAt = Date.now();
  const timer = setInterval(async () => {
    const size = await sizeOf(folder);
    if (size !== lastSize) changedAt = Date.now();
    lastSize = size;
    if (Date.now() - changedAt > maxIdleMs) {
      controller.abort(new Error(`nothing arrived for ${maxIdleMs / 1000} seconds`));
    }
  }, 1_000);
  return { signal: controller.signal, stopWatching: () => clearInterval(timer) };
}

async function sizeOf(folder: string): Promise<number> {
  // Files may disappear meanwhile.
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
