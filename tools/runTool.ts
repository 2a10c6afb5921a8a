import { Interrupted } from "./childProcess";

/** Runs a tool to its exit code. A failure is told by the error's message alone: our stack trace is of no use to a user. */
export async function runTool(tool: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await tool();
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
