import type { StackState } from "../../state/stackState";

export type ReadState = (isOfThisOperation: (state: StackState) => boolean) => Promise<StackState>;

/** The state of the stack under way, read once for all who can share it: that takes some 0.2 s. */
export class StateCache {
  private latest: Promise<StackState> | undefined;
  private next: Promise<StackState> | undefined;

  constructor(private readonly read: ReadState) {}

  /** As it was at some time of the operation. A failure stays too: it would only be repeated. */
  cached(...[isOfThisOperation]: Parameters<ReadState>): Promise<StackState> {
    this.latest ??= this.read(isOfThisOperation);
    return this.latest;
  }

  /** Not older than this call. All who ask at the same time share it. */
  fresh(...[isOfThisOperation]: Parameters<ReadState>): Promise<StackState> {
    this.next ??= new Promise((resolve) => setImmediate(resolve)).then(() => {
      this.next = undefined;
      this.latest = this.read(isOfThisOperation);
      return this.latest;
    });
    return this.next;
  }
}
