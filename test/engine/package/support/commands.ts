import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runStep } from "../../../../tools/childProcess";

const root = resolve(__dirname, "../../../..");

export const run = (command: string, args: string[], cwd: string, env?: NodeJS.ProcessEnv) =>
  runStep(command, args, { cwd, giveUp: AbortSignal.timeout(300_000), ...(env && { env }) });

/** As a reader would type it. */
export function commandInReadme(pattern: RegExp): string {
  const [command] = pattern.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  if (command === undefined) throw new Error(`README.md: expected a command like ${pattern}, got none.`);
  return command;
}
