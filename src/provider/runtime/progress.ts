/** Lines on stderr, which `pulumi up` shows live. */
export class Progress {
  private readonly lastReported = new Map<string, number>();

  constructor(
    private readonly write: (line: string) => void,
    private readonly now: () => number,
  ) {}

  /** Shows a line about something that happens once. Always. */
  announce(line: string): void {
    this.write(line);
  }

  /**
   * Shows how long a wait takes: after ten seconds, and then at most every ten seconds.
   *
   * @param key what waits, such as a server
   * @param since when the wait began
   * @param describe the line, with the duration such as `11 s`
   */
  reportWait(key: string, since: number, describe: (duration: string) => string): void {
    const now = this.now();
    if (now - Math.max(since, this.lastReported.get(key) ?? since) < intervalMs) return;
    this.lastReported.set(key, now);
    this.write(describe(`${Math.round((now - since) / 1000)} s`));
  }
}

const intervalMs = 10_000;
