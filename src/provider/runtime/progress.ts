/** Lines on stderr, which `pulumi up` shows live: at most one every ten seconds per server. */
export class Progress {
  private readonly lastReported = new Map<string, number>();

  constructor(
    private readonly write: (line: string) => void,
    private readonly now: () => number,
  ) {}

  /**
   * Shows the line, unless it comes too early.
   *
   * @param since when the wait began; the line appears after ten seconds of it
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
