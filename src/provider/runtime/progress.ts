/** Lines on stderr, which `pulumi up` shows live: what is being waited for, at most one line every ten seconds a server. */
export class Progress {
  private readonly lastReported = new Map<string, number>();

  constructor(
    private readonly write: (line: string) => void,
    private readonly now: () => number,
  ) {}

  /**
   * `since`: when the waiting that the line tells of began, which is worth telling after a while. A line that comes too
   * early is dropped.
   */
  report(server: string, line: string, since?: number): void {
    const now = this.now();
    if (since !== undefined && now - since < intervalMs) return;
    if (now - (this.lastReported.get(server) ?? Number.NEGATIVE_INFINITY) < intervalMs) return;
    this.lastReported.set(server, now);
    this.write(since === undefined ? line : `${line} (${Math.round((now - since) / 1000)} s)`);
  }
}

const intervalMs = 10_000;
