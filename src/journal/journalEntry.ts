import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Access, Family } from "../api/wire";

/** One create: which one, for which resource, and the kind of address on which server. */
export interface Assignment {
  /** Names the create for good (`CreateTokens`). */
  token: string;
  urn: string;
  server: string;
  family: Family;
  access: Access;
}

export interface JournalEntry extends Assignment {
  /**
   * `intent`: the assign is about to be sent. `in-doubt`: its answer will not come any more. `assigned`: the address is
   * known. `reported`: Pulumi is told next, which is the last that the provider hears of it.
   */
  phase: "intent" | "in-doubt" | "assigned" | "reported";
  address?: string;
  /** The address was there before and is adopted: nothing is bought. */
  adopted?: true;
  /** What was on the server before the assign. */
  baseline: string[];
  /** The process at work. */
  process: ProcessName;
  /** When the phase began, in ISO 8601. */
  at: string;
}

/** `run` tells processes apart that have the same id, one after the other or in two containers. */
export interface ProcessName {
  id: number;
  run: string;
  host: string;
  /** The address of the engine that the process works for: of one operation, however many providers it has. */
  engine?: string;
}

/** The engine's address is the plugin's first argument. */
const [engine] = process.argv.slice(2, 3).filter((argument) => /:\d+$/.test(argument));
export const thisProcess: ProcessName = {
  id: process.pid,
  run: randomUUID(),
  host: hostname(),
  ...(engine !== undefined && { engine }),
};

/**
 * Whether the process that wrote the entry may still be at work on it. A time in the future tells nothing.
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

/** Whether the process runs on this host, as far as its id tells, which may be another one's by now. */
export const isRunning = (owner: ProcessName, self: ProcessName): boolean =>
  owner.run === self.run || (owner.host === self.host && owner.id !== self.id && isProcessAlive(owner.id));

/**
 * Whether the entry was written for the same operation, maybe by another provider process of it. The address of an engine that
 * has ended may be another one's by now: so the process has to run still.
 */
export const isOfOperation = ({ process: owner }: Pick<JournalEntry, "process">, self: ProcessName): boolean =>
  isRunning(owner, self) && (owner.run === self.run || (owner.engine !== undefined && owner.engine === self.engine));

/** Two containers of one machine may tell the time a little differently. */
const clockSkewMs = 5000;

function isProcessAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
