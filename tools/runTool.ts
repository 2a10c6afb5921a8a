import { Interrupted } from "./childProcess";

/** Runs a tool to its exit code. Prints a failure as the message of the error: a stack trace does not help a user. */
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
