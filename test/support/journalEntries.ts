import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface JournalLine {
  phase: string;
  server: string;
  address?: string;
}

/** What the creates in the journal have come to: the last line of each of its files. */
export function journalEntries(directory: string): JournalLine[] {
  const files = existsSync(directory) ? readdirSync(directory) : [];
  return files
    .filter((file) => file.endsWith(".jsonl"))
    .map((file) => JSON.parse(readFileSync(join(directory, file), "utf8").trim().split("\n").at(-1) ?? ""));
}
