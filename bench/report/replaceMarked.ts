import { readFileSync, writeFileSync } from "node:fs";

/** Replaces the text between the comments `<!-- marker -->` and `<!-- /marker -->` in a Markdown file. */
export function replaceMarked(file: string, marker: string, text: string): void {
  const [begin, end] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const [before, rest] = readFileSync(file, "utf8").split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`Expected ${begin} and ${end} in ${file}, got none: restore them.`);
  writeFileSync(file, `${before}${begin}\n${text}\n${end}${after}`);
}
