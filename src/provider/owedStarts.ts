import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JournalEntry, ProcessName } from "./assignmentJournal";

/** Of a server that was running and is being stopped for a change. */
type OwedStart = Pick<JournalEntry, "server" | "process" | "at">;

/**
 * The starts that this machine's operations owe: a process that is killed between a stop and its start cannot tell
 * anybody, and to the next one the server looks like one that somebody has stopped on purpose. A small file for each,
 * beside the journal of assignments.
 */
export class OwedStarts {
  constructor(
    private readonly directory: string,
    private readonly self: ProcessName,
    /** Whether the process that owes the start may still be at work. */
    private readonly isAtWork: (owed: OwedStart) => boolean,
  ) {}

  /** Durable before it ends. One that cannot be written is no reason not to go on: the journal has warned. */
  async owe(server: string): Promise<void> {
    const owed: OwedStart = { server, process: this.self, at: new Date().toISOString() };
    await mkdir(this.directory, { recursive: true }).catch(() => undefined);
    await writeFile(this.fileOf(owed), JSON.stringify(owed), { mode: 0o600, flush: true }).catch(() => undefined);
  }

  /** Whether an operation that was ended has left the server for this one to start. */
  async isOwed(server: string): Promise<boolean> {
    return (await this.left(server)).length > 0;
  }

  /** The server runs again, or somebody has been told that it does not. */
  async settle(server: string): Promise<void> {
    const mine = { server, process: this.self };
    for (const owed of [mine, ...(await this.left(server))]) {
      await rm(this.fileOf(owed), { force: true }).catch(() => undefined);
    }
  }

  private async left(server: string): Promise<OwedStart[]> {
    const names = await readdir(this.directory).catch(() => []);
    const files = names.filter((name) => name.startsWith(`${server}.`) && name.endsWith(ending));
    const all = await Promise.all(files.map((name) => readFile(join(this.directory, name), "utf8").catch(() => "")));
    return all.flatMap(parsed).filter((owed) => owed.process.run !== this.self.run && !this.isAtWork(owed));
  }

  private fileOf({ server, process: { run } }: Pick<OwedStart, "server" | "process">): string {
    return join(this.directory, `${server}.${run}${ending}`);
  }
}

const ending = ".stopped";

/** One that was cut off is of a stop that was never asked for. */
function parsed(text: string): OwedStart[] {
  try {
    return [JSON.parse(text) as OwedStart];
  } catch {
    return [];
  }
}
