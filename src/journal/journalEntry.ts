import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Access, Family, ReleasePolicy } from "../api/wire";

/** One create: its identity, its resource, and the kind of address. */
export interface Assignment {
  /** Identifies the create permanently; issued by `CreateTokens`. */
  token: string;
  urn: string;
  server: string;
  family: Family;
  access: Access;
  /** What the assign asks for. Not in the journal's files. */
  releasePolicy?: ReleasePolicy | undefined;
}

export interface JournalEntry extends Assignment {
  /**
   * `intent`: written before the assign is sent. `in-doubt`: the answer was lost. `assigned`: the address is known.
   * `reported`: written before the result is returned to Pulumi; whether Pulumi saves it, the provider never learns.
   */
  phase: "intent" | "in-doubt" | "assigned" | "reported";
  address?: string;
  /** The address existed before and is adopted: nothing is assigned. */
  adopted?: true;
  /** The addresses of the server before the assign. */
  baseline: string[];
  /** The process that wrote the entry. */
  process: ProcessName;
  /** When the last line was written, in ISO 8601. */
  at: string;
}

export interface ProcessName {
  id: number;
  /** Random: distinguishes processes that have the same id, at different times or in two containers. */
  run: string;
  host: string;
  /** The address of the engine that the process works for. All provider processes of one operation have the same. */
  engine?: string;
}

/** Pulumi passes the engine's address as the plugin's first argument. */
const [engine] = process.argv.slice(2, 3).filter((argument) => /:\d+$/.test(argument));
export const thisProcess: ProcessName = {
  id: process.pid,
  run: randomUUID(),
  host: hostname(),
  ...(engine !== undefined && { engine }),
};

/**
 * Whether the process that wrote the entry may still be at work on it. Not if the entry is older than `maxWorkMs`, or from the
 * future. Always `false` for the own process. A process of another host is assumed to run.
 *
 * @param maxWorkMs how long such work may take
 */
export function isAtWork(
  { process: owner, at }: Pick<JournalEntry, "process" | "at">,
  self: ProcessName,
  maxWorkMs: number,
): boolean {
  const ageMs = Date.now() - Date.parse(at);
  if (owner.run === self.run || !(ageMs <= maxWorkMs) || ageMs < -clockSkewMs) return false;
  return owner.host !== self.host || isRunning(owner, self);
}

/** Whether a process with this id runs on this host. It may be another one that reuses the id. */
export const isRunning = (owner: ProcessName, self: ProcessName): boolean =>
  owner.run === self.run || (owner.host === self.host && owner.id !== self.id && isProcessAlive(owner.id));

/**
 * Whether the entry belongs to the operation of `self`, perhaps from another provider process. A later engine may reuse the
 * address of this one, so the process must still run.
 */
export const isOfOperation = ({ process: owner }: Pick<JournalEntry, "process">, self: ProcessName): boolean =>
  isRunning(owner, self) && (owner.run === self.run || (owner.engine !== undefined && owner.engine === self.engine));

/** The clocks of two containers may differ a little. */
const clockSkewMs = 5000;

function isProcessAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
