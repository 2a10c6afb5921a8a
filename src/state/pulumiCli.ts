import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, readdir, readFile, readlink } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, delimiter, join } from "node:path";

/** Where and how to run the Pulumi CLI. */
export interface PulumiRun {
  /** The folder of the project or one below it; default: the current folder. */
  cwd?: string | undefined;
  env: NodeJS.ProcessEnv;
  /** Milliseconds; default 60000. */
  timeoutMs?: number | undefined;
}

/** Runs the Pulumi CLI without a shell or questions, and returns its output. The error contains the first line of its error output. */
export async function runPulumi(args: readonly string[], { cwd, env, timeoutMs = 60_000 }: PulumiRun): Promise<string> {
  const command = await findPulumi(env);
  const where = cwd === undefined ? [] : ["--cwd", cwd];
  const options = {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    maxBuffer: maxOutputBytes,
  } as const;
  return new Promise((resolve, reject) => {
    execFile(
      command,
      [...args, ...where, "--non-interactive", "--color", "never"],
      options,
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const message = /^error: (.+)$/m.exec(stderr)?.[1] ?? stderr.trim().split("\n")[0];
        const why = error.killed
          ? `it timed out after ${timeoutMs / 1000} s`
          : message || `it exited with code ${error.code}`;
        reject(new Error(`\`pulumi ${args.join(" ")}\` failed: ${why}`));
      },
    );
  });
}

const maxOutputBytes = 512 * 1024 * 1024;

/**
 * The `pulumi` on PATH; otherwise the one that started this process (a dynamic provider is a child of the CLI); otherwise the
 * newest one that Pulumi's installers left in PULUMI_HOME.
 */
export async function findPulumi(env: NodeJS.ProcessEnv, pid: number = process.ppid): Promise<string> {
  const home = env.PULUMI_HOME || join(homedir(), ".pulumi");
  const onPath = (env.PATH ?? env.Path ?? "").split(delimiter).filter((folder) => folder !== "");
  const found =
    (await firstExecutable(onPath)) ??
    (await ancestorCli(pid))?.file ??
    (await firstExecutable([join(home, "bin"), ...(await versionsIn(join(home, "versions")))]));
  if (found !== undefined) return found;
  throw new Error(`Expected the Pulumi CLI on PATH or in ${home}, found none: install it, or add its folder to PATH.`);
}

const executable = process.platform === "win32" ? "pulumi.exe" : "pulumi";

async function firstExecutable(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const file = join(folder, executable);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}

/** The folder of the Pulumi CLI that started this process; `undefined` if the system does not tell. */
export async function folderOfCli(pid: number = process.ppid): Promise<string | undefined> {
  const cli = await ancestorCli(pid);
  return cli && readlink(`/proc/${cli.pid}/cwd`).catch(() => undefined);
}

/** Linux only: it reads /proc, and finds nothing elsewhere. */
async function ancestorCli(pid: number): Promise<{ pid: number; file: string } | undefined> {
  try {
    for (let next = pid; next > 1; ) {
      const file = await readlink(`/proc/${next}/exe`);
      if (basename(file) === executable) return { pid: next, file };
      next = Number(/^PPid:\s*(\d+)$/m.exec(await readFile(`/proc/${next}/status`, "utf8"))?.[1] ?? 0);
    }
  } catch {
    // The process is gone or belongs to somebody else: the search ends.
  }
  return undefined;
}

/** The newest first. */
async function versionsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const newestFirst = names.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  return newestFirst.map((name) => join(folder, name, "bin"));
}
