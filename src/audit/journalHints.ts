import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Access, Family } from "../api/wire";
import type { Environment } from "../provider/configuration";

/** An assign that this machine's journal tells of. */
export interface JournalHint {
  urn: string;
  server: string;
  family: Family;
  access: Access;
  /** Absent where the answer was never recorded. */
  address?: string;
  /** ISO 8601. */
  at: string;
}

/** The assigns in the journal of this machine: one file each, whose last whole line counts. */
export async function journalHints(env: Environment): Promise<JournalHint[]> {
  const folder = join(env.PULUMI_HOME || join(homedir(), ".pulumi"), "upcloud-ip");
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith(".jsonl")).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8").catch(() => "")));
  return texts.flatMap((text) => lastWholeLine(text) ?? []);
}

/** The process may have been killed while it wrote. */
function lastWholeLine(text: string): JournalHint | undefined {
  for (const line of text.split("\n").reverse()) {
    try {
      const entry: JournalHint | undefined = JSON.parse(line);
      if (typeof entry?.urn === "string") return entry;
    } catch {
      // Not whole.
    }
  }
  return undefined;
}
