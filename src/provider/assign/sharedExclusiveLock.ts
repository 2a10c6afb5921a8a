/** A readers-writer lock that prefers writers: once an exclusive holder waits, no new shared holder is admitted. */
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

  /** Acquires the lock exclusively, and resolves to the function that releases it. */
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
      // Former holders continue first: with their result, or with a request for the exclusive lock.
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.holders.size > 0);
  }
}
