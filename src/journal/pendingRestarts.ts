import type { JournalEntry, ProcessName } from "./journalEntry";
import { JournalFiles, lineOf } from "./journalFiles";

/** Of a server that was running and is being stopped for a change. */
type PendingRestart = Pick<JournalEntry, "server" | "process" | "at">;

/**
 * The starts that this machine's operations owe: a process that is killed between a stop and its start cannot tell
 * anybody, and to the next one the server looks like one that somebody has stopped on purpose. A small file for each,
 * beside the journal of assignments.
 */
export class PendingRestarts {
  private readonly files: JournalFiles;

  constructor(
    directory: string,
    private readonly self: ProcessName,
    /** Whether the process that owes the start may still be at work. */
    private readonly isAtWork: (restart: PendingRestart) => boolean,
  ) {
    this.files = new JournalFiles(directory, self.run);
  }

  /** Durable before it ends. One that cannot be written is no reason not to go on: the journal has warned. */
  async record(server: string): Promise<void> {
    const restart: PendingRestart = { server, process: this.self, at: new Date().toISOString() };
    await this.note(restart).catch(() => undefined);
  }

  /** Whether an operation that was ended has left the server for this one to start. */
  isPending(server: string): boolean {
    return this.left(server).length > 0;
  }

  /** The server runs again, or somebody has been told that it does not. */
  clear(server: string): void {
    const mine = { server, process: this.self };
    for (const restart of [mine, ...this.left(server)]) this.files.remove(fileOf(restart));
  }

  /** One that is there already, of a start that failed, is renewed. */
  private async note(restart: PendingRestart): Promise<void> {
    const file = fileOf(restart);
    const isNew = await this.files.create(file, lineOf(restart));
    if (!isNew) await this.files.append(file, lineOf(restart), true);
  }

  /** Without notes that were cut off: those are of stops that were never asked for. */
  private left(server: string): PendingRestart[] {
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
