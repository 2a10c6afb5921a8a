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

/** The user's: beside what Pulumi itself keeps. */
export const journalDirectory = (env: NodeJS.ProcessEnv): string =>
  join(env.PULUMI_HOME || join(homedir(), ".pulumi"), "upcloud-ip");

/**
 * A directory of small files that outlive the process: each is there whole or not at all, by one process only, and grows
 * by lines. What does not wait for the disk is done at once: for files of this size a detour over other threads takes ten
 * times as long.
 */
export class JournalFiles {
  private isDirectoryMade = false;
  private syncing: Promise<void> = Promise.resolve();
  private nextSync: Promise<void> | undefined;

  /** @param run tells the drafts of processes apart */
  constructor(
    readonly directory: string,
    private readonly run: string,
  ) {}

  /** Durable before it ends. `false`: the file is there already. */
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

  /** Whole or not at all, at once, and not durable: for what tells nothing once its process has ended. */
  replace(name: string, text: string): void {
    this.makeDirectory();
    const draft = this.pathOf(`${name}.${this.run}`);
    writeFileSync(draft, text, { mode: ownerOnly });
    renameSync(draft, this.pathOf(name));
  }

  /** One that is not there is made. */
  async append(name: string, text: string, isDurable: boolean): Promise<void> {
    const file = openSync(this.pathOf(name), "a", ownerOnly);
    try {
      writeSync(file, text);
      if (isDurable) await syncFile(file);
    } finally {
      closeSync(file);
    }
  }

  /** The last line that is whole; `undefined` where there is none. */
  lastEntry<Entry>(name: string): Entry | undefined {
    return this.read(name)
      .split("\n")
      .map((line) => parseLine<Entry>(line))
      .findLast((entry) => entry !== undefined);
  }

  /** An empty text for one that is not there, or cannot be read. */
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

  /** One that cannot be removed is read once more. */
  remove(name: string): void {
    try {
      unlinkSync(this.pathOf(name));
    } catch {
      // See above.
    }
  }

  /** `false`: it is not there any more. */
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

  /** One sync serves all who wait for the next to begin: the one under way may have missed their files. */
  private syncDirectory(): Promise<void> {
    this.nextSync ??= this.syncing.then(() => {
      this.nextSync = undefined;
      this.syncing = fsyncDirectory(this.directory);
      return this.syncing;
    });
    return this.nextSync;
  }
}

/** Begins a line of its own, also after one that was cut off. */
export const lineOf = (entry: object): string => `\n${JSON.stringify(entry)}`;

function parseLine<Entry>(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}

const ownerOnly = 0o600;
const syncFile = promisify(fdatasync);

/** A directory that cannot be synced, as on Windows, is no reason to do without its files. */
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
