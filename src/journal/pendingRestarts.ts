import type { JournalEntry, ProcessName } from "./journalEntry";
import { JournalFiles, lineOf } from "./journalFiles";

/** A server that ran, and was stopped for a change. */
type PendingRestart = Pick<JournalEntry, "server" | "process" | "at">;

/**
 * Write-ahead records of servers that this machine's operations must start again, one small file each, in the journal's
 * directory. After a process is killed between a stop and its start, the server would look as if it had been stopped on
 * purpose.
 */
export class PendingRestarts {
  private readonly files: JournalFiles;

  constructor(
    directory: string,
    private readonly self: ProcessName,
    /** Whether the process that wrote the record may still be at work. */
    private readonly isAtWork: (restart: PendingRestart) => boolean,
  ) {
    this.files = new JournalFiles(directory, self.run);
  }

  /** Resolves when the record is durable. Never fails: the journal has warned if the directory cannot be written. */
  async record(server: string): Promise<void> {
    const restart: PendingRestart = { server, process: this.self, at: new Date().toISOString() };
    await this.write(restart).catch(() => undefined);
  }

  /** Whether an operation that has ended left the server for this one to start. */
  isPending(server: string): boolean {
    return this.abandoned(server).length > 0;
  }

  /** The server runs again, or an error reports that it does not. */
  clear(server: string): void {
    const mine = { server, process: this.self };
    for (const restart of [mine, ...this.abandoned(server)]) this.files.remove(fileOf(restart));
  }

  /** Appends to a record that exists already, after a start that failed. */
  private async write(restart: PendingRestart): Promise<void> {
    const file = fileOf(restart);
    const isNew = await this.files.create(file, lineOf(restart));
    if (!isNew) await this.files.append(file, lineOf(restart), true);
  }

  /** Without truncated records: their stops were never requested. */
  private abandoned(server: string): PendingRestart[] {
    return this.files
      .names()
      .filter((name) => name.startsWith(`${server}.`) && name.endsWith(ending))
      .map((name) => this.files.lastEntry<PendingRestart>(name))
      .filter((restart) => restart !== undefined)
      .filter((restart) => restart.process.run !== this.self.run && !this.isAtWork(restart));
  }
}

const ending = ".stopped";

const fileOf = ({ server, process: { run } }: Pick<PendingRestart, "server" | "process">) =>
  `${server}.${run}${ending}`;
