import { createHash, randomUUID } from "node:crypto";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import type { Access, Family } from "../api/wire";
import { addressKey } from "./addresses";
import type { Environment } from "./configuration";
import { messageOf } from "./failures";
import { JournalFiles, lineOf } from "./journalFiles";

/** What a create is about: the same resource of the same stack, and the same kind of address on the same server. */
export interface Assignment {
  urn: string;
  server: string;
  family: Family;
  access: Access;
}

export interface JournalEntry extends Assignment {
  /** `lost`: the answer will not come any more. `returned`: Pulumi has been told. */
  phase: "sending" | "lost" | "assigned" | "returned";
  address?: string;
  /** What was on the server before. */
  known: string[];
  /** The process at work. */
  process: ProcessName;
  /** ISO 8601, of the phase. */
  at: string;
}

/** `run` tells processes apart that have the same id, one after the other or in two containers. */
export interface ProcessName {
  id: number;
  run: string;
  host: string;
}

/**
 * What was asked for and may not have come into a state: one small file for each create that is under way or was
 * interrupted, shared by all stacks of the user. A line per phase, and the last whole line counts, so a write that is cut
 * off loses no more than itself. See decisions/0005-nothing-bought-twice.md.
 */
export class AssignmentJournal {
  private readonly mine = new Map<string, JournalEntry>();
  /** What earlier operations have left: files by address. */
  private left: Map<string, string[]> | undefined;
  private isUnusable = false;

  private constructor(
    private readonly files: JournalFiles,
    /** Keeps apart what has the same name: the backend of the stacks, where the environment names it. */
    private readonly scope: string,
    private readonly warn: (line: string) => void,
    private readonly self: ProcessName = thisProcess,
  ) {}

  /** The user's: beside what Pulumi itself keeps. */
  static of(env: Environment, warn: (line: string) => void = () => undefined, self?: ProcessName): AssignmentJournal {
    const files = new JournalFiles(journalDirectory(env), (self ?? thisProcess).run);
    return new AssignmentJournal(files, env.PULUMI_BACKEND_URL ?? "", warn, self);
  }

  /** What an operation before this one has left of the same create. */
  find(assignment: Assignment): JournalEntry | undefined {
    const entry = this.files.lastEntry<JournalEntry>(this.fileOf(assignment));
    return entry === undefined || entry.process.run === this.self.run ? undefined : entry;
  }

  /** Whether the process that wrote the entry may still be at work on it. */
  isAtWork({ process: owner, at }: Pick<JournalEntry, "process" | "at">, longestMs: number): boolean {
    if (owner.run === this.self.run || Date.now() - Date.parse(at) > longestMs) return false;
    return owner.host !== this.self.host || (owner.id !== this.self.id && isRunning(owner.id));
  }

  /** Durable before it ends. `false`: another process has begun the same create in the meantime. */
  async begin(assignment: Assignment, known: string[]): Promise<boolean> {
    const file = this.fileOf(assignment);
    if (this.mine.has(file)) {
      await this.append(assignment, { phase: "sending", known }, true);
      return true;
    }
    const { urn, server, family, access } = assignment;
    const entry: JournalEntry = { urn, server, family, access, phase: "sending", known, process: this.self, at: now() };
    try {
      if (!(await this.files.create(file, lineOf(entry)))) return false;
      this.mine.set(file, entry);
    } catch (error) {
      this.giveUp(error);
    }
    return true;
  }

  /** UpCloud has answered, or the address of an interrupted create was found. Durable before it ends. */
  async assigned(assignment: Assignment, address: string): Promise<void> {
    await this.append(assignment, { phase: "assigned", address }, true);
  }

  /** An address is about to be released: should an assign that is under way get it, it is new. Durable before it ends. */
  async willBeFree(address: string): Promise<void> {
    const isOther = (one: string) => keyOf(one) !== keyOf(address);
    for (const entry of this.mine.values()) {
      if (entry.address !== undefined || entry.known.every(isOther)) continue;
      await this.append(entry, { known: entry.known.filter(isOther) }, true);
    }
  }

  async lost(assignment: Assignment): Promise<void> {
    await this.append(assignment, { phase: "lost" }, false);
  }

  /** Pulumi is told next. */
  async returned(assignment: Assignment): Promise<void> {
    if (this.mine.has(this.fileOf(assignment))) await this.append(assignment, { phase: "returned" }, false);
  }

  /** It is certain that nothing was assigned, or that what was assigned is not to be had any more. */
  drop(assignment: Assignment): void {
    const file = this.fileOf(assignment);
    this.mine.delete(file);
    this.files.remove(file);
  }

  /** The address is the id of a resource: it stands in a state, and nobody has to look for it any more. */
  settled(address: string): void {
    this.left ??= this.filesByAddress();
    for (const file of this.left.get(keyOf(address)) ?? []) this.files.remove(file);
    this.left.delete(keyOf(address));
  }

  /** All creates of this machine that are under way or were interrupted. */
  entries(): JournalEntry[] {
    return this.journals().map(({ entry }) => entry);
  }

  /** Of an address that was only inferred to be this create's: at most one create of the machine is told `true`. */
  async claim(address: string, { urn }: Assignment): Promise<boolean> {
    const claim = claimOf(address);
    try {
      return (await this.files.create(claim, urn)) || this.files.read(claim) === urn;
    } catch {
      return true;
    }
  }

  /** `private` and `utility` are one network. */
  private fileOf({ urn, server, family, access }: Assignment): string {
    const key = JSON.stringify([this.scope, urn, server, family, access === "public"]);
    return `${createHash("sha256").update(key).digest("hex").slice(0, 32)}${ending}`;
  }

  private async append(assignment: Assignment, change: Partial<JournalEntry>, isDurable: boolean): Promise<void> {
    const file = this.fileOf(assignment);
    const before = this.mine.get(file) ?? this.files.lastEntry<JournalEntry>(file);
    if (before === undefined) return;
    const entry = { ...before, ...change, process: this.self, at: now() };
    this.mine.set(file, entry);
    await this.files.append(file, lineOf(entry), isDurable).catch((error) => this.giveUp(error));
  }

  /** Journal and claim of each address. */
  private filesByAddress(): Map<string, string[]> {
    const names = this.files.names();
    const claims = new Set(names.filter((name) => name.endsWith(claimEnding)));
    const files = new Map<string, string[]>();
    for (const { file, entry } of this.journals(names)) {
      if (entry.address === undefined) continue;
      const claim = claimOf(entry.address);
      files.set(keyOf(entry.address), claims.has(claim) ? [file, claim] : [file]);
    }
    return files;
  }

  private journals(names = this.files.names()): { file: string; entry: JournalEntry }[] {
    return names.flatMap((file) => {
      if (!file.endsWith(ending)) return [];
      const entry = this.files.lastEntry<JournalEntry>(file);
      return entry === undefined ? [] : [{ file, entry }];
    });
  }

  private giveUp(error: unknown): void {
    if (this.isUnusable) return;
    this.isUnusable = true;
    this.warn(
      `warning: the journal of assignments in ${this.files.directory} cannot be written (${messageOf(error)}): should this operation be interrupted, \`pulumi-upcloud-ip audit\` finds what it had assigned.`,
    );
  }
}

export const journalDirectory = (env: Environment): string =>
  join(env.PULUMI_HOME || join(homedir(), ".pulumi"), "upcloud-ip");

const ending = ".jsonl";
const claimEnding = ".claim";
export const thisProcess: ProcessName = { id: process.pid, run: randomUUID(), host: hostname() };

const keyOf = (address: string) => addressKey(address).replaceAll(":", "_");
const claimOf = (address: string) => `${keyOf(address)}${claimEnding}`;
const now = () => new Date().toISOString();

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
