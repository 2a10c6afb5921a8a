/** Limits how many run at a time. The others wait in the order in which they came. */
export class Semaphore {
  private readonly waiting = new Set<() => void>();

  /** @param permits how many may run at a time */
  constructor(private permits: number) {}

  /** `false` when the signal aborted first: there is nothing to release then. */
  async acquire(signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted) return false;
    if (this.permits > 0) {
      this.permits--;
      return true;
    }
    return new Promise((resolve) => {
      const proceed = () => {
        signal?.removeEventListener("abort", leave);
        resolve(true);
      };
      const leave = () => {
        this.waiting.delete(proceed);
        resolve(false);
      };
      this.waiting.add(proceed);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  /** Hands the permit to the one who has waited longest. */
  release(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.permits++;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
