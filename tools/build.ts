import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { runStep } from "./childProcess";

/** Compiles src/ into dist/, unless dist/ is up to date. */
export async function buildPackage(root: string): Promise<void> {
  const expected = filesBelow(join(root, "src")).flatMap((source) => outputsOf(source));
  const outputs = filesBelow(join(root, "dist"));
  // The output of a deleted source could still be required, and would be published.
  const orphans = outputs.filter((output) => !expected.includes(output));
  for (const orphan of orphans) rmSync(join(root, "dist", orphan));

  const isComplete = expected.every((output) => outputs.includes(output));
  if (isComplete && orphans.length === 0 && oldest(join(root, "dist"), expected) >= newestInput(root)) return;
  console.error("Compiling src/ …");
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  // Without --noEmitOnError a failed build would look complete to the next run.
  await runStep(process.execPath, [tsc, "-p", "tsconfig.build.json", "--noEmitOnError"], { cwd: root });
}

function newestInput(root: string): number {
  const settings = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"].map((name) =>
    changedAt(join(root, name)),
  );
  const sources = filesBelow(join(root, "src")).map((source) => changedAt(join(root, "src", source)));
  return Math.max(...settings, ...sources);
}

function oldest(folder: string, files: string[]): number {
  return Math.min(...files.map((file) => changedAt(join(folder, file))));
}

function outputsOf(source: string): string[] {
  const name = source.replace(/\.ts$/, "");
  return [`${name}.js`, `${name}.d.ts`];
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries.filter((entry) => statSync(join(folder, entry)).isFile());
}

function changedAt(file: string): number {
  return statSync(file).mtimeMs;
}
