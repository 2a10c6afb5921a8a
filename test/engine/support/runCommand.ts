import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Where {
  cwd?: string;
  env: NodeJS.ProcessEnv;
  /** Interrupts the command. */
  signal?: AbortSignal;
}

/** Runs a command to its end. `output` is what the user sees: standard output and standard error. */
export async function runCommand(
  command: string,
  args: string[],
  { cwd, env, signal }: Where,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, { ...(cwd !== undefined && { cwd }), env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const interrupt = () => child.kill("SIGINT");
  signal?.addEventListener("abort", interrupt);
  try {
    const [code] = await once(child, "close");
    return { code, output };
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
}
