/** So many at a time; the others wait in the order in which they came. */
export class Slots {
  private readonly waiting = new Set<() => void>();

  constructor(private free: number) {}

  /** `false` when the signal aborted first: the slot is not the caller's then. */
  async take(signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted) return false;
    if (this.free > 0) {
      this.free--;
      return true;
    }
    return new Promise((resolve) => {
      const take = () => {
        signal?.removeEventListener("abort", leave);
        resolve(true);
      };
      const leave = () => {
        this.waiting.delete(take);
        resolve(false);
      };
      this.waiting.add(take);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  /** Hands the slot to the one who has waited longest. */
  give(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.free++;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
