import { createHash, randomUUID } from "node:crypto";
import { appendFile, link, mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import type { Access, Family } from "../api/wire";
import { addressKey } from "./addresses";
import type { Environment } from "./configuration";
import { messageOf } from "./failures";

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
  private left: Promise<Map<string, string>> | undefined;
  private isUnusable = false;

  private constructor(
    private readonly directory: string,
    /** Keeps apart what has the same name: the backend of the stacks, where the environment names it. */
    private readonly scope: string,
    private readonly warn: (line: string) => void,
    private readonly self: ProcessName = thisProcess,
  ) {}

  /** The user's: beside what Pulumi itself keeps. */
  static of(env: Environment, warn: (line: string) => void = () => undefined, self?: ProcessName): AssignmentJournal {
    return new AssignmentJournal(journalDirectory(env), env.PULUMI_BACKEND_URL ?? "", warn, self);
  }

  /** What an operation before this one has left of the same create. */
  async find(assignment: Assignment): Promise<JournalEntry | undefined> {
    const entry = await this.read(this.fileOf(assignment));
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
      await this.write(file, entry);
      this.mine.set(file, entry);
    } catch (error) {
      if (isPresent(error)) return false;
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
  async drop(assignment: Assignment): Promise<void> {
    const file = this.fileOf(assignment);
    this.mine.delete(file);
    await rm(join(this.directory, file), { force: true }).catch(() => undefined);
  }

  /** The address is the id of a resource: it stands in a state, and nobody has to look for it any more. */
  async settled(address: string): Promise<void> {
    this.left ??= this.filesByAddress();
    const file = (await this.left).get(keyOf(address));
    if (file === undefined) return;
    const files = [join(this.directory, file), this.claimOf(address)];
    await Promise.all(files.map((one) => rm(one, { force: true }).catch(() => undefined)));
  }

  /** All creates of this machine that are under way or were interrupted. */
  async entries(): Promise<JournalEntry[]> {
    return (await this.files()).map(({ entry }) => entry);
  }

  /** Of an address that was only inferred to be this create's: at most one create of the machine is told `true`. */
  async claim(address: string, { urn }: Assignment): Promise<boolean> {
    try {
      await writeFile(this.claimOf(address), urn, { flag: "wx", mode: 0o600 });
      return true;
    } catch (error) {
      if (!isPresent(error)) return true;
      return (await readFile(this.claimOf(address), "utf8").catch(() => undefined)) === urn;
    }
  }

  /** `private` and `utility` are one network. */
  private fileOf({ urn, server, family, access }: Assignment): string {
    const key = JSON.stringify([this.scope, urn, server, family, access === "public"]);
    return `${createHash("sha256").update(key).digest("hex").slice(0, 32)}${ending}`;
  }

  /** Whole at once, and by one process only. */
  private async write(file: string, entry: JournalEntry): Promise<void> {
    await mkdir(this.directory, { recursive: true }).catch((error) => {
      throw new Error(messageOf(error));
    });
    const draft = join(this.directory, `${file}.${this.self.run}`);
    await writeFile(draft, lineOf(entry), { mode: 0o600, flush: true });
    try {
      await link(draft, join(this.directory, file));
    } finally {
      await rm(draft);
    }
    await this.syncDirectory();
  }

  private async append(assignment: Assignment, change: Partial<JournalEntry>, isDurable: boolean): Promise<void> {
    const file = this.fileOf(assignment);
    const before = this.mine.get(file) ?? (await this.read(file));
    if (before === undefined) return;
    const entry = { ...before, ...change, process: this.self, at: now() };
    this.mine.set(file, entry);
    await appendFile(join(this.directory, file), lineOf(entry), { flush: isDurable }).catch((error) =>
      this.giveUp(error),
    );
  }

  private async filesByAddress(): Promise<Map<string, string>> {
    const files = await this.files();
    return new Map(files.flatMap(({ file, entry }) => (entry.address ? [[keyOf(entry.address), file]] : [])));
  }

  private async files(): Promise<JournalFile[]> {
    const names = await readdir(this.directory).catch(() => []);
    const journals = names.filter((name) => name.endsWith(ending));
    const entries = await Promise.all(journals.map(async (file) => ({ file, entry: await this.read(file) })));
    return entries.filter((one): one is JournalFile => one.entry !== undefined);
  }

  private async read(file: string): Promise<JournalEntry | undefined> {
    const text = await readFile(join(this.directory, file), "utf8").catch(() => "");
    return text
      .split("\n")
      .map(parsed)
      .findLast((entry) => entry !== undefined);
  }

  /** A directory that cannot be synced, as on Windows, is no reason to do without the journal. */
  private async syncDirectory(): Promise<void> {
    const handle = await open(this.directory).catch(() => undefined);
    await handle?.sync().catch(() => undefined);
    await handle?.close();
  }

  private giveUp(error: unknown): void {
    if (this.isUnusable) return;
    this.isUnusable = true;
    this.warn(
      `warning: the journal of assignments in ${this.directory} cannot be written (${messageOf(error)}): should this operation be interrupted, \`pulumi-upcloud-ip audit\` finds what it had assigned.`,
    );
  }

  private claimOf(address: string): string {
    return join(this.directory, `${keyOf(address)}.claim`);
  }
}

interface JournalFile {
  file: string;
  entry: JournalEntry;
}

export const journalDirectory = (env: Environment): string =>
  join(env.PULUMI_HOME || join(homedir(), ".pulumi"), "upcloud-ip");

const ending = ".jsonl";
export const thisProcess: ProcessName = { id: process.pid, run: randomUUID(), host: hostname() };

const keyOf = (address: string) => addressKey(address).replaceAll(":", "_");
/** Begins a line of its own, also after one that was cut off. */
const lineOf = (entry: JournalEntry) => `\n${JSON.stringify(entry)}`;
const isPresent = (error: unknown) => (error as NodeJS.ErrnoException).code === "EEXIST";
const now = () => new Date().toISOString();

function parsed(line: string): JournalEntry | undefined {
  try {
    return JSON.parse(line) as JournalEntry;
  } catch {
    return undefined;
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
