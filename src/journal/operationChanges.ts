import { isOfOperation, type JournalEntry, type ProcessName } from "./journalEntry";
import { JournalFiles, lineOf } from "./journalFiles";

/** What a provider process does with a server, and what the operation's other processes must not do meanwhile. */
type Phase =
  /** Has changes under way: nobody else may start the server. */
  | "changing"
  /** The same, and wants to request the stop. Of several such processes, the one whose `run` sorts first continues. */
  | "claiming"
  /** The same, and requests the stop: nobody else may. */
  | "stopping"
  /** Its changes have ended, and it will start the server when the others' have too. */
  | "waiting"
  /** Starts the server: new changes wait for that. */
  | "starting";

interface Note extends Pick<JournalEntry, "server" | "process" | "at"> {
  phase?: Phase | undefined;
  /** How many of the server's addresses the process has received from the engine. */
  arrived?: number | undefined;
}

/**
 * Coordinates the provider processes of one operation, which change the same servers: an explicit provider is a separate
 * process. Each writes a small file for a server that it changes, in the journal's directory. A process writes its own file
 * before it reads the others', so of two concurrent ones at least one sees the other. The file of a killed process does
 * not count.
 */
export class OperationChanges {
  private readonly files: JournalFiles;
  private cachedListing: { names: readonly string[]; atMs: number } = { names: [], atMs: 0 };
  private readonly mine = new Map<string, Pick<Note, "phase" | "arrived">>();

  constructor(
    directory: string,
    private readonly self: ProcessName,
    private readonly isAtWork: (note: Note) => boolean,
  ) {
    this.files = new JournalFiles(directory, self.run);
  }

  /** A change begins: from now on nobody else may start the server. */
  begin(server: string): void {
    const hasStopped = this.isInPhase(server, "stopping", "waiting", "starting");
    this.write(server, { phase: hasStopped ? "stopping" : "changing" });
  }

  /** Claims the right to request the stop. `false`: another process has it or is claiming it too; try again later. */
  claimStop(server: string): boolean {
    if (this.isInPhase(server, "stopping")) return true;
    this.write(server, { phase: "claiming" });
    const rivals = this.others(server, "claiming", "stopping");
    if (rivals.length === 0) this.write(server, { phase: "stopping" });
    else if (rivals.some(({ phase, process: { run } }) => phase === "stopping" || run < this.self.run)) {
      this.write(server, { phase: "changing" });
    }
    return rivals.length === 0;
  }

  /** The stop failed: another process may request it. */
  giveUpStop(server: string): void {
    if (this.isInPhase(server, "stopping")) this.write(server, { phase: "changing" });
  }

  /** The changes of this process have ended, and it will start the server. */
  wait(server: string): void {
    this.write(server, { phase: "waiting" });
  }

  /** This process has nothing left to do with the server. */
  end(server: string): void {
    if (this.mine.get(server)?.arrived !== undefined) {
      this.write(server, { phase: undefined });
      return;
    }
    this.mine.delete(server);
    this.files.remove(fileOf(server, this.self));
  }

  /** Claims the start: new changes of other processes wait for it. `false`: some are under way. */
  claimStart(server: string): boolean {
    if (this.areOthersChanging(server)) return false;
    this.write(server, { phase: "starting" });
    if (!this.areOthersChanging(server)) return true;
    this.write(server, { phase: "waiting" });
    return false;
  }

  areOthersChanging(server: string): boolean {
    return this.others(server, "changing", "claiming", "stopping").length > 0;
  }

  /** Another process has stopped the server, or is about to. May be outdated by 100 ms, for polling. */
  isStoppedByOthers(server: string): boolean {
    return this.notesOf(server, this.cachedNames()).some(isIn("stopping", "waiting", "starting"));
  }

  isStartedByOthers(server: string): boolean {
    return this.others(server, "starting").length > 0;
  }

  arrived(server: string, count: number): void {
    this.write(server, { arrived: count });
  }

  arrivedElsewhere(server: string): number {
    return this.notesOf(server, this.cachedNames()).reduce((sum, { arrived = 0 }) => sum + arrived, 0);
  }

  private isInPhase(server: string, ...phases: Phase[]): boolean {
    return isIn(...phases)(this.mine.get(server) ?? {});
  }

  /** Never fails: without the file, this process works as if it were the only one, and the journal has warned. */
  private write(server: string, change: Pick<Note, "phase" | "arrived">): void {
    if (this.self.engine === undefined) return;
    if (this.mine.size === 0) this.removeStale();
    const mine = { ...this.mine.get(server), ...change };
    this.mine.set(server, mine);
    const note: Note = { server, process: this.self, at: new Date().toISOString(), ...mine };
    try {
      this.files.replace(fileOf(server, this.self), lineOf(note));
    } catch {
      // See above.
    }
  }

  private others(server: string, ...phases: Phase[]): Note[] {
    return this.notesOf(server, this.files.names()).filter(isIn(...phases));
  }

  /** Of this operation's other processes that run. */
  private notesOf(server: string, names: readonly string[]): Note[] {
    const own = fileOf(server, this.self);
    return names
      .filter((name) => name.startsWith(`${server}.`) && name.endsWith(ending) && name !== own)
      .flatMap((name) => this.files.lastEntry<Note>(name) ?? [])
      .filter((note) => isOfOperation(note, this.self));
  }

  /** Many waiting changes share one reading of the directory. */
  private cachedNames(): readonly string[] {
    if (Date.now() - this.cachedListing.atMs > listingMaxAgeMs)
      this.cachedListing = { names: this.files.names(), atMs: Date.now() };
    return this.cachedListing.names;
  }

  private removeStale(): void {
    for (const name of this.files.names().filter((name) => name.endsWith(ending))) {
      const note = this.files.lastEntry<Note>(name);
      if (note === undefined || !this.isAtWork(note)) this.files.remove(name);
    }
  }
}

const ending = ".change";
const listingMaxAgeMs = 100;

const isIn =
  (...phases: Phase[]) =>
  ({ phase }: Pick<Note, "phase">) =>
    phase !== undefined && phases.includes(phase);

const fileOf = (server: string, { run }: ProcessName) => `${server}.${run}${ending}`;
