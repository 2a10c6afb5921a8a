/** The assigns of one server: any number at once, but none while it is being found out what became of another. */
export class ServerTurns {
  private readonly sent = new Set<Promise<unknown>>();
  private last: Promise<unknown> = Promise.resolve();
  private looks = 0;

  async send<T>(assign: () => Promise<T>): Promise<T> {
    while (this.looks > 0) await this.last;
    const sent = assign();
    this.sent.add(sent);
    try {
      return await sent;
    } finally {
      this.sent.delete(sent);
    }
  }

  /** One look after the other, each when all that was sent has ended. */
  look<T>(find: () => Promise<T>): Promise<T> {
    this.looks++;
    const found = this.last.then(() => this.allHaveEnded()).then(find);
    this.last = found.then(
      () => this.looks--,
      () => this.looks--,
    );
    return found;
  }

  private async allHaveEnded(): Promise<void> {
    do {
      await Promise.allSettled(this.sent);
      // What has ended says so first: with an address, or as another lost answer.
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.sent.size > 0);
  }
}
