import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

export interface InlineProgram {
  /** The module, which is loaded anew for each operation. */
  file: string;
  workDir: string;
  stackName: string;
  env: Record<string, string>;
}

const idle: ChildProcess[] = [];
const all = new Set<ChildProcess>();

/** For `afterAll`. */
export const endProgramHosts = () => all.forEach(stop);

/**
 * Runs an operation with its program in a process that has run others before: half of an operation's time is the start of a process for
 * the program. How Pulumi's language host starts programs is a matter of the tests in `package/`.
 *
 * @param operation runs the CLI with these flags
 */
export async function withProgramHost<T extends { ok: boolean }>(
  program: InlineProgram,
  operation: (flags: readonly string[]) => Promise<T>,
): Promise<T> {
  const host = idle.pop() ?? start();
  host.send(program);
  const flags = (await answerOf(host)) as string[];
  const result = await operation(flags);
  if (result.ok) {
    host.send("end");
    await answerOf(host);
    idle.push(host);
  } else {
    // A program that was broken off may go on.
    stop(host);
  }
  return result;
}

function start(): ChildProcess {
  const host = fork(join(__dirname, "programHost.js"), { execArgv: [] });
  all.add(host);
  return host;
}

function answerOf(host: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new Error("The process of the program has died."));
    host.once("exit", died).once("message", (answer) => {
      host.off("exit", died);
      resolve(answer);
    });
  });
}

function stop(host: ChildProcess): void {
  all.delete(host);
  host.kill("SIGKILL");
}
