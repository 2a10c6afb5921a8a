/**
 * A readers-writer lock. Any number hold it shared, or one holds it exclusively. Whoever asks for it exclusively waits
 * for those who hold it, and nobody gets it shared in the meantime.
 */
export class SharedExclusiveLock {
  private readonly holders = new Set<Promise<unknown>>();
  private last: Promise<unknown> = Promise.resolve();
  private exclusives = 0;

  async shared<T>(work: () => Promise<T>): Promise<T> {
    while (this.exclusives > 0) await this.last;
    const held = work();
    this.holders.add(held);
    try {
      return await held;
    } finally {
      this.holders.delete(held);
    }
  }

  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    const unlock = await this.lock();
    try {
      return await work();
    } finally {
      unlock();
    }
  }

  /** Acquires the lock exclusively. The function that it resolves to releases it. */
  async lock(): Promise<() => void> {
    this.exclusives++;
    const before = this.last;
    let unlock: () => void = () => undefined;
    this.last = new Promise<void>((resolve) => {
      unlock = () => {
        this.exclusives--;
        resolve();
      };
    });
    await before;
    await this.allHaveEnded();
    return unlock;
  }

  private async allHaveEnded(): Promise<void> {
    do {
      await Promise.allSettled(this.holders);
      // Those that have ended go on first: with their result, or by asking for the lock exclusively.
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.holders.size > 0);
  }
}
