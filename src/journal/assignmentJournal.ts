import { addressKey } from "../model/addresses";
import { messageOf } from "../model/messageOf";
import {
  type Assignment,
  isAtWork,
  isOfOperation,
  type JournalEntry,
  type ProcessName,
  thisProcess,
} from "./journalEntry";
import { JournalFiles, journalDirectory, lineOf } from "./journalFiles";

/** The entry of another process, and the file that holds it. */
export interface Leftover {
  file: string;
  entry: JournalEntry;
}

/**
 * A write-ahead journal of creates: one small file for each create that is under way or was interrupted, shared by all
 * stacks of the user. Each phase appends a line, and the last complete line counts, so a truncated write loses only
 * itself. See decisions/0005-nothing-bought-twice.md.
 */
export class AssignmentJournal {
  /** By token. */
  private readonly mine = new Map<string, JournalEntry>();
  /** By file: the entries of other processes as this one first read them. */
  private loaded: Map<string, Leftover> | undefined;
  private loadedByAddress: Map<string, string[]> | undefined;
  private hasWarned = false;

  private constructor(
    private readonly files: JournalFiles,
    private readonly warn: (line: string) => void,
    private readonly self: ProcessName = thisProcess,
  ) {}

  /** The user's journal, in Pulumi's home. */
  static of(
    env: NodeJS.ProcessEnv,
    warn: (line: string) => void = () => undefined,
    self?: ProcessName,
  ): AssignmentJournal {
    return new AssignmentJournal(new JournalFiles(journalDirectory(env), (self ?? thisProcess).run), warn, self);
  }

  /** The entry that this process has written for the create; present when Pulumi repeats it. */
  ownEntry({ token }: Assignment): JournalEntry | undefined {
    return this.mine.get(token);
  }

  /** Entries of other processes as this one first read them, without those that have been removed since. */
  leftovers(): readonly Leftover[] {
    this.loaded ??= this.loadLeftovers();
    return [...this.loaded.values()];
  }

  /** Reads the entry again; `undefined` where it has been removed. */
  current(leftover: Leftover): JournalEntry | undefined {
    const latest = this.files.lastEntry<JournalEntry>(leftover.file);
    if (latest === undefined) this.loaded?.delete(leftover.file);
    else leftover.entry = latest;
    return latest;
  }

  isOfThisOperation(entry: JournalEntry): boolean {
    return isOfOperation(entry, this.self);
  }

  isAtWork(entry: Pick<JournalEntry, "process" | "at">, maxWorkMs: number): boolean {
    return isAtWork(entry, this.self, maxWorkMs);
  }

  /** Before the assign is sent. Resolves when the entry is durable. */
  begin(assignment: Assignment, baseline: string[]): Promise<void> {
    return this.write(assignment, { phase: "intent", baseline });
  }

  /** Before the address is adopted: no other process of the operation may release it. Resolves when the entry is durable. */
  beginAdoption(assignment: Assignment, address: string): Promise<void> {
    return this.write(assignment, { phase: "assigned", baseline: [], address, adopted: true });
  }

  /** The answer to the assign was lost. */
  recordInDoubt(assignment: Assignment): Promise<void> {
    return this.append(assignment, { phase: "in-doubt" }, false);
  }

  /** UpCloud has answered, or the address was found. Resolves when the entry is durable. */
  recordAssigned(assignment: Assignment, address: string): Promise<void> {
    return this.append(assignment, { phase: "assigned", address }, true);
  }

  /** Before the result is returned to Pulumi. */
  recordReported(assignment: Assignment): Promise<void> {
    return this.append(assignment, { phase: "reported" }, false);
  }

  /** Removes the own entry: nothing was assigned, or the address no longer exists. */
  drop({ token }: Assignment): void {
    this.mine.delete(token);
    this.files.remove(fileOf(token));
  }

  /** Makes the entry of an interrupted create this create's own. `false`: another process was first. Resolves when it is durable. */
  async takeOver({ file, entry }: Leftover, assignment: Assignment, address?: string): Promise<boolean> {
    if (!this.files.rename(file, fileOf(assignment.token))) return false;
    this.loaded?.delete(file);
    this.mine.set(assignment.token, entry);
    const phase = address === undefined ? "in-doubt" : "assigned";
    const { baseline } = entry;
    await this.write(assignment, { phase, baseline, ...(address !== undefined && { address }) });
    return true;
  }

  /** Removes the entry and its claim: nothing was assigned, or the address no longer exists. */
  discard({ file, entry: { address } }: Leftover): void {
    this.files.remove(file);
    if (address !== undefined) this.files.remove(claimOf(address));
    this.loaded?.delete(file);
  }

  /** The address is the id of a resource in a state: removes its entries, except for those of this operation. */
  acknowledge(address: string): void {
    this.loadedByAddress ??= this.filesByAddress();
    for (const file of this.loadedByAddress.get(keyOf(address)) ?? []) {
      this.files.remove(file);
      this.loaded?.delete(file);
    }
    this.loadedByAddress.delete(keyOf(address));
  }

  /** Creates and adoptions of the address by other processes. Reads the journal anew. */
  entriesElsewhere(address: string): JournalEntry[] {
    const isIts = (one: JournalEntry) => keyOf(one.address ?? "") === keyOf(address);
    return this.entries().filter((entry) => entry.process.run !== this.self.run && isIts(entry));
  }

  /** Before a release: an assign under way may be given this address, which is new then. Resolves when the entries are durable. */
  async removeFromBaselines(address: string): Promise<void> {
    const isOther = (one: string) => keyOf(one) !== keyOf(address);
    for (const entry of this.mine.values()) {
      if (entry.address !== undefined || entry.baseline.every(isOther)) continue;
      await this.append(entry, { baseline: entry.baseline.filter(isOther) }, true);
    }
  }

  /** All creates of this machine that are under way or were interrupted. Reads the journal anew. */
  entries(): JournalEntry[] {
    return this.load().map(({ entry }) => entry);
  }

  /**
   * Claims an address that is only inferred to be this create's: at most one create of the machine gets `true`. Where the
   * claim cannot be written, nothing is excluded.
   *
   * @param formerToken the token of the entry that this create has taken over, with its claim
   */
  async claim(address: string, { token }: Assignment, formerToken = token): Promise<boolean> {
    try {
      return (
        (await this.files.create(claimOf(address), token)) || [token, formerToken].includes(this.claimantOf(address))
      );
    } catch {
      return true;
    }
  }

  /** The token of the create that has claimed the address; empty if none has. */
  claimantOf(address: string): string {
    return this.files.read(claimOf(address));
  }

  private async write(
    { token, urn, server, family, access }: Assignment,
    change: Pick<JournalEntry, "phase" | "baseline" | "address" | "adopted">,
  ): Promise<void> {
    const entry: JournalEntry = { token, urn, server, family, access, ...change, process: this.self, at: now() };
    const isNew = !this.mine.has(token);
    // Even if it cannot be written: a create that Pulumi repeats continues from here.
    this.mine.set(token, entry);
    if (!isNew) return this.store(entry, true);
    await this.files.create(fileOf(token), lineOf(entry)).catch((error) => this.warnUnwritable(error));
  }

  private async append({ token }: Assignment, change: Partial<JournalEntry>, isDurable: boolean): Promise<void> {
    const before = this.mine.get(token);
    if (before === undefined) return;
    const entry = { ...before, ...change, at: now() };
    this.mine.set(token, entry);
    await this.store(entry, isDurable);
  }

  private async store(entry: JournalEntry, isDurable: boolean): Promise<void> {
    const stored = this.files.append(fileOf(entry.token), lineOf(entry), isDurable);
    await stored.catch((error) => this.warnUnwritable(error));
  }

  /** The entries and the claim of each address, except for this operation's. */
  private filesByAddress(): Map<string, string[]> {
    const claims = new Set(this.files.names().filter((name) => name.endsWith(claimEnding)));
    const files = new Map<string, string[]>();
    for (const { file, entry } of this.leftovers()) {
      if (entry.address === undefined || this.isOfThisOperation(entry)) continue;
      const claim = claimOf(entry.address);
      const filesSoFar = files.get(keyOf(entry.address)) ?? (claims.has(claim) ? [claim] : []);
      files.set(keyOf(entry.address), [...filesSoFar, file]);
    }
    return files;
  }

  /** Also removes expired entries, and claims without an entry. */
  private loadLeftovers(): Map<string, Leftover> {
    const names = this.files.names();
    const all = this.load(names);
    const isExpired = ({ entry }: Leftover) => !(Date.now() - Date.parse(entry.at) <= maxEntryAgeMs);
    const valid = all.filter((one) => !isExpired(one));
    const tokens = new Set(valid.map(({ entry }) => entry.token));
    const orphanedClaims = names.filter((name) => name.endsWith(claimEnding) && !tokens.has(this.files.read(name)));
    for (const name of [...all.filter(isExpired).map(({ file }) => file), ...orphanedClaims]) this.files.remove(name);
    const others = valid.filter(({ entry }) => entry.process.run !== this.self.run);
    return new Map(others.map((one) => [one.file, one]));
  }

  private load(names = this.files.names()): Leftover[] {
    return names.flatMap((file) => {
      if (!file.endsWith(ending)) return [];
      const entry = this.files.lastEntry<JournalEntry>(file);
      return entry?.token === undefined ? [] : [{ file, entry }];
    });
  }

  private warnUnwritable(error: unknown): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    this.warn(
      `warning: the journal in ${this.files.directory} cannot be written (${messageOf(error)}): if this operation is interrupted, run \`pulumi-upcloud-ip audit\` to find what it assigned.`,
    );
  }
}

const ending = ".jsonl";
const claimEnding = ".claim";
/** An older entry is no evidence: too much may have happened to the account since. */
const maxEntryAgeMs = 30 * 24 * 60 * 60_000;
const fileOf = (token: string) => `${token}${ending}`;
const keyOf = (address: string) => addressKey(address).replaceAll(":", "_");
const claimOf = (address: string) => `${keyOf(address)}${claimEnding}`;
const now = () => new Date().toISOString();
