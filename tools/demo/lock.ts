import { readFileSync, rmSync, writeFileSync } from "node:fs";

/** Refuses a second demo at the same time, since one process holds the simulated account. Returns how to unlock. */
export function lockDemo(file: string): () => void {
  const owner = ownerOf(file);
  if (owner !== undefined && isRunning(owner)) {
    throw new Error(
      `The demo is already running, as process ${owner}: wait for it to end. If that process is not a demo, remove ${file}.`,
    );
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function ownerOf(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}

/** The process of a lock is gone if the demo was killed. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
