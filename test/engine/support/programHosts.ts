import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface InlineProgram {
  /** The module, which is loaded anew for each operation. */
  file: string;
  workDir: string;
  stackName: string;
  env: Record<string, string>;
}

/** What a host tells: the flags for the CLI, then that it has ended, or what went wrong. */
interface Answer {
  flags?: string[];
  error?: string;
}

const idle: ProgramHost[] = [];
const all = new Set<ProgramHost>();

/** For `afterAll`. */
export function endProgramHosts(): void {
  for (const host of all) host.stop();
}

/**
 * Runs an operation with its program in a process that has run others before: half of an operation's time is the start of a process for
 * the program. What the program prints is not in the operation's output.
 *
 * @param operation runs the CLI with these flags
 */
export async function withProgramHost<T extends { ok: boolean }>(
  program: InlineProgram,
  operation: (flags: readonly string[]) => Promise<T>,
): Promise<T> {
  const host = idle.pop() ?? new ProgramHost();
  let isReusable = false;
  try {
    const { flags = [] } = await host.ask(program);
    const result = await operation(flags);
    // A program that was broken off may go on.
    if (result.ok) await host.ask("end");
    isReusable = result.ok;
    return result;
  } finally {
    if (isReusable) idle.push(host);
    else host.stop();
  }
}

class ProgramHost {
  private readonly child: ChildProcess;
  private readonly died: Promise<never>;

  constructor() {
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: "" };
    this.child = fork(join(__dirname, "programHost.js"), { execArgv: [], env });
    this.died = once(this.child, "exit").then(() => {
      throw new Error("The process of the program has died.");
    });
    this.died.catch(() => {
      const position = idle.indexOf(this);
      if (position >= 0) idle.splice(position, 1);
      all.delete(this);
    });
    all.add(this);
  }

  async ask(message: InlineProgram | "end"): Promise<Answer> {
    const answered = once(this.child, "message");
    // With a callback: that it could not be sent is known from the exit.
    this.child.send(message, () => undefined);
    const [answer]: Answer[] = await Promise.race([answered, this.died]);
    if (answer?.error !== undefined) throw new Error(answer.error);
    return answer ?? {};
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }
}
