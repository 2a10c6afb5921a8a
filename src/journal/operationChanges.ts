import { isOfOperation, type JournalEntry, type ProcessName } from "./journalEntry";
import { JournalFiles, lineOf } from "./journalFiles";

/** What a provider process does with a server, and what the others of its operation leave to it meanwhile. */
type Phase =
  /** Has changes under way: nobody starts the server. */
  | "changing"
  /** The same, and wants to ask for the stop: one that was first, or whose run sorts first, goes ahead. */
  | "claiming"
  /** The same, and has stopped the server: nobody else asks for a stop. */
  | "stopping"
  /** Its changes have ended, and it starts the server when those of the others have. */
  | "waiting"
  /** Starts the server: a change that comes now waits until it has ended. */
  | "starting";

interface Note extends Pick<JournalEntry, "server" | "process" | "at"> {
  phase?: Phase | undefined;
  /** How many addresses of the server the engine has handed over to the process. */
  arrived?: number | undefined;
}

/**
 * What the provider processes of one operation know of each other's changes of a server: an explicit provider is a process
 * of its own, with a memory of its own. Each has a small file for a server that it changes, in the journal's directory. It
 * writes its own file first and reads the others' then, so of two that do so at once, one at least sees the other. The file of
 * a process that was killed does not count.
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

  /** A change begins: nobody else starts the server from now on. */
  begin(server: string): void {
    const hasStopped = this.isInPhase(server, "stopping", "waiting", "starting");
    this.write(server, { phase: hasStopped ? "stopping" : "changing" });
  }

  /** Takes the stop upon this process. `false`: another one asks for it, or both want to at this moment: try again later. */
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

  /** Nothing was stopped: another process may try. */
  giveUpStop(server: string): void {
    if (this.isInPhase(server, "stopping")) this.write(server, { phase: "changing" });
  }

  /** The changes of this process have ended, and it starts the server. */
  wait(server: string): void {
    this.write(server, { phase: "waiting" });
  }

  /** The changes of this process have ended, and there is nothing left for it to do. */
  end(server: string): void {
    if (this.mine.get(server)?.arrived !== undefined) {
      this.write(server, { phase: undefined });
      return;
    }
    this.mine.delete(server);
    this.files.remove(fileOf(server, this.self));
  }

  /** Keeps changes that come now waiting. `false`: some are under way. */
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

  /** Another process has stopped the server, or is about to. For those who ask again and again. */
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

  /** A file that cannot be written is no reason not to go on: this process is alone then, and the journal has warned. */
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

  /** Those of the other processes that run. */
  private notesOf(server: string, names: readonly string[]): Note[] {
    const own = fileOf(server, this.self);
    return names
      .filter((name) => name.startsWith(`${server}.`) && name.endsWith(ending) && name !== own)
      .flatMap((name) => this.files.lastEntry<Note>(name) ?? [])
      .filter((note) => isOfOperation(note, this.self));
  }

  /** A thousand changes that wait would read the directory all the time. */
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
