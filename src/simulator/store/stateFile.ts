import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { SetupError } from "../model/checks";
import { readRules } from "../model/readRules";
import type { Rules } from "../model/rules";
import { Store, type StoreState } from "./store";

const format = 1;

/** The account in a state file. Undefined if there is no such file. */
export function loadState(file: string, rules?: Partial<Rules>): Store | undefined {
  const content = readIfExists(file);
  if (content === undefined) return undefined;
  try {
    const { state } = parse(content);
    const servers = state.servers.map((server) => rebaseTransition(server, state.atMs));
    return new Store({ ...state, servers, rules: readRules({ ...state.rules, ...rules }) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupError(
      `The state file ${file} cannot be used (${reason}): expected a state file that upcloud-simulator wrote.`,
    );
  }
}

/** Writes the account atomically and durably: a crash or power failure never leaves half a file. */
export function saveState(file: string, store: Store, atMs: number): void {
  try {
    replaceFile(file, `${JSON.stringify({ format, state: store.toState(atMs) })}\n`);
  } catch (error) {
    throw new SetupError(`The state file ${file} cannot be written: ${(error as Error).message}.`);
  }
}

function replaceFile(file: string, content: string): void {
  const temporary = `${file}.new`;
  const handle = openSync(temporary, "w", 0o600);
  try {
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
  // Windows syncs no folders.
  if (process.platform === "win32") return;
  const folder = openSync(dirname(file), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function readIfExists(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new SetupError(`The state file ${file} cannot be read: ${(error as Error).message}.`);
  }
}

function parse(content: string): { state: StoreState } {
  const value = JSON.parse(content) as { format?: unknown; state?: StoreState };
  if (value.format !== format || value.state === undefined) throw new Error(`format ${JSON.stringify(value.format)}`);
  return { state: value.state };
}

/** The clock restarts at 0 with the simulator, so each step keeps the time that was left until it. */
function rebaseTransition(server: StoreState["servers"][number], writtenAtMs: number): StoreState["servers"][number] {
  if (server.transition === undefined) return server;
  const steps = server.transition.steps.map((step) => ({ ...step, atMs: step.atMs - writtenAtMs }));
  return { ...server, transition: { ...server.transition, steps } };
}
