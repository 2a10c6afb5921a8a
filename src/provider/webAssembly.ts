import { setFlagsFromString } from "node:v8";

/**
 * After the first answers V8 compiles undici's parser once more, optimised: 0.1 to 0.2 s of a core and 10 to 30 MiB, in a
 * process that has a few answers to read. See decisions/0008-what-surrounds-the-package.md.
 */
export function compileWebAssemblyOnce(): void {
  if (Number.parseInt(process.versions.v8, 10) > newestKnownV8) return;
  setFlagsFromString("--no-wasm-tier-up");
  setFlagsFromString("--no-wasm-dynamic-tiering");
}

/** That of Node 24. V8 complains on the user's screen of a flag that it does not know. */
const newestKnownV8 = 13;
