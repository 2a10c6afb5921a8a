import {
  closeSync,
  fdatasync,
  fsync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseJson } from "../model/json";

/** In Pulumi's home, so that all stacks of the user share it. */
export const journalDirectory = (env: NodeJS.ProcessEnv): string =>
  join(env.PULUMI_HOME || join(homedir(), ".pulumi"), "upcloud-ip");

/**
 * A directory of small files that outlive the process. A file is created atomically, by one process only, and grows by lines.
 * Only syncs are asynchronous: for files of this size, asynchronous reads and writes take ten times as long.
 */
export class JournalFiles {
  private isDirectoryMade = false;
  private syncing: Promise<void> = Promise.resolve();
  private nextSync: Promise<void> | undefined;

  /** @param run distinguishes the temporary files of processes */
  constructor(
    readonly directory: string,
    private readonly run: string,
  ) {}

  /** Resolves when the file is durable. `false`: it exists already. */
  async create(name: string, text: string): Promise<boolean> {
    this.makeDirectory();
    const draft = this.pathOf(`${name}.${this.run}`);
    const file = openSync(draft, "wx", ownerOnly);
    try {
      writeSync(file, text);
      linkSync(draft, this.pathOf(name));
      await Promise.all([syncFile(file), this.syncDirectory()]);
      return true;
    } catch (error) {
      if (isExistsError(error)) return false;
      throw error;
    } finally {
      closeSync(file);
      this.remove(`${name}.${this.run}`);
    }
  }

  /** Atomic, synchronous and not durable: for what means nothing after the process has ended. */
  replace(name: string, text: string): void {
    this.makeDirectory();
    const draft = this.pathOf(`${name}.${this.run}`);
    writeFileSync(draft, text, { mode: ownerOnly });
    renameSync(draft, this.pathOf(name));
  }

  /** Creates the file if it does not exist. */
  async append(name: string, text: string, isDurable: boolean): Promise<void> {
    const file = openSync(this.pathOf(name), "a", ownerOnly);
    try {
      writeSync(file, text);
      if (isDurable) await syncFile(file);
    } finally {
      closeSync(file);
    }
  }

  /** The last complete line; `undefined` if there is none. */
  lastEntry<Entry>(name: string): Entry | undefined {
    return this.read(name)
      .split("\n")
      .map(parseJson)
      .findLast((entry) => entry !== undefined) as Entry | undefined;
  }

  /** Empty if the file does not exist or cannot be read. */
  read(name: string): string {
    try {
      return readFileSync(this.pathOf(name), "utf8");
    } catch {
      return "";
    }
  }

  names(): string[] {
    try {
      return readdirSync(this.directory);
    } catch {
      return [];
    }
  }

  /** Never fails: a file that cannot be removed is only read again. */
  remove(name: string): void {
    try {
      unlinkSync(this.pathOf(name));
    } catch {
      // See above.
    }
  }

  /** `false`: the file does not exist any more. */
  rename(name: string, to: string): boolean {
    try {
      renameSync(this.pathOf(name), this.pathOf(to));
      return true;
    } catch {
      return false;
    }
  }

  private makeDirectory(): void {
    if (!this.isDirectoryMade) mkdirSync(this.directory, { recursive: true });
    this.isDirectoryMade = true;
  }

  private pathOf(name: string): string {
    return join(this.directory, name);
  }

  /** Shared by all callers until it begins. The sync under way may have missed their files. */
  private syncDirectory(): Promise<void> {
    this.nextSync ??= this.syncing.then(() => {
      this.nextSync = undefined;
      this.syncing = fsyncDirectory(this.directory);
      return this.syncing;
    });
    return this.nextSync;
  }
}

/** Starts with the line feed, so that it is a line of its own even after a truncated one. */
export const lineOf = (entry: object): string => `\n${JSON.stringify(entry)}`;

const ownerOnly = 0o600;
const syncFile = promisify(fdatasync);

/** Never fails: on Windows, directories cannot be synced. */
async function fsyncDirectory(directory: string): Promise<void> {
  let file: number | undefined;
  try {
    file = openSync(directory, "r");
    await promisify(fsync)(file);
  } catch {
    // See above.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const isExistsError = (error: unknown) => (error as NodeJS.ErrnoException).code === "EEXIST";
