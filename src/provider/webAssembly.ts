import { setFlagsFromString } from "node:v8";

/**
 * After the first answers Node 20 compiles undici's parser once more, optimised: a tenth of a second of a core and 30 MiB,
 * in a process that has a few answers to read. Later versions of Node wait seven times as long. See
 * decisions/0008-what-surrounds-the-package.md.
 */
export function compileWebAssemblyOnce(): void {
  if (!process.versions.v8.startsWith("11.")) return;
  setFlagsFromString("--no-wasm-tier-up");
  setFlagsFromString("--no-wasm-dynamic-tiering");
}
