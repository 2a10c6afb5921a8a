import { Interrupted } from "../tools/childProcess";

/** Aborted by the first Ctrl-C: what is under way ends then, with all it has started. */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => controller.abort(new Interrupted(signal)));
  }
  return controller.signal;
}
