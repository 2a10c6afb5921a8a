/** Warnings on stderr, each once per process. */
export class Warnings {
  private readonly shown = new Set<string>();

  constructor(private readonly write: (line: string) => void) {}

  /**
   * @param text without the final full stop
   * @param key what is shown once, if not the text
   */
  once(text: string, key = text): void {
    if (this.shown.has(key)) return;
    this.shown.add(key);
    this.write(`warning: ${text}.`);
  }
}
