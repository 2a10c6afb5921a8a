import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInTerminal } from "../childProcess";
import type { JestResult } from "./countTests";

export interface JestRun {
  /** The folder with jest.config.js and node_modules. */
  root: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** How long Jest may run after it has written its result, in milliseconds. Default 10,000. */
  exitTimeoutMs?: number;
}

/**
 * Runs Jest in the terminal and resolves to its own result, or to `undefined` if it ends without one. A Jest that
 * does not exit, because a test left something running, is ended, and its result becomes a failure.
 */
export async function runJest({ root, args, env, exitTimeoutMs = 10_000 }: JestRun): Promise<JestResult | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "jest-result-"));
  const file = join(folder, "result.json");
  const watch = watchForHang(file, exitTimeoutMs);
  try {
    const jest = join(root, "node_modules/jest/bin/jest.js");
    const { signal: giveUp } = watch;
    await runInTerminal(process.execPath, [jest, "--json", `--outputFile=${file}`, ...args], {
      cwd: root,
      env,
      giveUp,
    });
    const result = readResult(file);
    if (!giveUp.aborted) return result;
    console.error("Jest did not exit by itself: a test left something running (see `npx jest --detectOpenHandles`).");
    return result && { ...result, success: false };
  } finally {
    watch.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Aborts when the result has been there for `exitTimeoutMs`. */
function watchForHang(file: string, exitTimeoutMs: number): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let resultAt: number | undefined;
  const timer = setInterval(() => {
    if (existsSync(file)) resultAt ??= Date.now();
    if (resultAt !== undefined && Date.now() - resultAt >= exitTimeoutMs) controller.abort();
  }, 200);
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}

function readResult(file: string): JestResult | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
