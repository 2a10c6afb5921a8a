import type { JournalEntry, ProcessName } from "./journalEntry";
import { JournalFiles, lineOf } from "./journalFiles";

/** Of a server that was running and is being stopped for a change. */
type OwedStart = Pick<JournalEntry, "server" | "process" | "at">;

/**
 * The starts that this machine's operations owe: a process that is killed between a stop and its start cannot tell
 * anybody, and to the next one the server looks like one that somebody has stopped on purpose. A small file for each,
 * beside the journal of assignments.
 */
export class OwedStarts {
  private readonly files: JournalFiles;

  constructor(
    directory: string,
    private readonly self: ProcessName,
    /** Whether the process that owes the start may still be at work. */
    private readonly isAtWork: (owed: OwedStart) => boolean,
  ) {
    this.files = new JournalFiles(directory, self.run);
  }

  /** Durable before it ends. One that cannot be written is no reason not to go on: the journal has warned. */
  async owe(server: string): Promise<void> {
    const owed: OwedStart = { server, process: this.self, at: new Date().toISOString() };
    await this.note(owed).catch(() => undefined);
  }

  /** Whether an operation that was ended has left the server for this one to start. */
  isOwed(server: string): boolean {
    return this.left(server).length > 0;
  }

  /** The server runs again, or somebody has been told that it does not. */
  settle(server: string): void {
    const mine = { server, process: this.self };
    for (const owed of [mine, ...this.left(server)]) this.files.remove(fileOf(owed));
  }

  /** One that is there already, of a start that failed, is renewed. */
  private async note(owed: OwedStart): Promise<void> {
    const file = fileOf(owed);
    const isNew = await this.files.create(file, lineOf(owed));
    if (!isNew) await this.files.append(file, lineOf(owed), true);
  }

  /** Without notes that were cut off: those are of stops that were never asked for. */
  private left(server: string): OwedStart[] {
    return this.files
      .names()
      .filter((name) => name.startsWith(`${server}.`) && name.endsWith(ending))
      .map((name) => this.files.lastEntry<OwedStart>(name))
      .filter((owed) => owed !== undefined)
      .filter((owed) => owed.process.run !== this.self.run && !this.isAtWork(owed));
  }
}

const ending = ".stopped";

const fileOf = ({ server, process: { run } }: Pick<OwedStart, "server" | "process">) => `${server}.${run}${ending}`;
