/** Warnings on stderr, each once per process. */
export class Warnings {
  private readonly shown = new Set<string>();

  constructor(private readonly write: (line: string) => void) {}

  /** @param text without the final full stop */
  once(text: string): void {
    if (this.shown.has(text)) return;
    this.shown.add(text);
    this.write(`warning: ${text}.`);
  }
}
