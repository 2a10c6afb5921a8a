import type { Server } from "../model/entities";

/** Since when servers are off, and for how long they were off the last time, in ms on the simulator's clock. */
export class OffTimes {
  private readonly offSince = new Map<string, number>();
  private readonly lastOff = new Map<string, number>();

  /** Notes the state of a server. Everything but `started` counts as off, as it does for who uses the server. */
  observe({ uuid, state }: Server, nowMs: number): void {
    const since = this.offSince.get(uuid);
    if (state !== "started") this.offSince.set(uuid, since ?? nowMs);
    else if (since !== undefined) {
      this.offSince.delete(uuid);
      this.lastOff.set(uuid, nowMs - since);
    }
  }

  of(uuid: string): { offSinceMs?: number | undefined; lastOffMs?: number | undefined } {
    return { offSinceMs: this.offSince.get(uuid), lastOffMs: this.lastOff.get(uuid) };
  }
}
