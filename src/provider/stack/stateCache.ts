import type { StackState } from "../../state/stackState";

export type ReadState = (isOfThisOperation: (state: StackState) => boolean) => Promise<StackState>;

/** Caches the stack's state: to read it takes about 0.2 s. */
export class StateCache {
  private latest: Promise<StackState> | undefined;
  private next: Promise<StackState> | undefined;

  constructor(private readonly read: ReadState) {}

  /** The state as last read in this operation. A failure is cached too: it would recur. */
  cached(...[isOfThisOperation]: Parameters<ReadState>): Promise<StackState> {
    this.latest ??= this.read(isOfThisOperation);
    return this.latest;
  }

  /** Not older than this call. Concurrent calls share one read. */
  fresh(...[isOfThisOperation]: Parameters<ReadState>): Promise<StackState> {
    this.next ??= new Promise((resolve) => setImmediate(resolve)).then(() => {
      this.next = undefined;
      this.latest = this.read(isOfThisOperation);
      return this.latest;
    });
    return this.next;
  }
}
