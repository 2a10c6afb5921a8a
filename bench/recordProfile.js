// @ts-check
/**
 * Loaded with `node --require` into the processes of a Pulumi operation, where `--cpu-prof` is not to be had: records
 * what Pulumi's dynamic provider and the program spend their time on, into the folder BENCH_PROFILES.
 */
const { writeFileSync } = require("node:fs");
const { Session } = require("node:inspector");
const { join } = require("node:path");

const [, role] = /\/cmd\/(dynamic-provider|run)\b/.exec(process.argv[1] ?? "") ?? [];
const folder = process.env.BENCH_PROFILES;

if (role !== undefined && folder !== undefined) {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: 500 });
  session.post("Profiler.start");
  // The engine's way to end a provider, which ends without the event below where nothing else handles it.
  process.on("SIGINT", () => process.listenerCount("SIGINT") === 1 && process.exit());
  process.on("exit", () => {
    session.post("Profiler.stop", (_error, { profile }) => {
      writeFileSync(join(folder, `${role}-${process.pid}.json`), JSON.stringify(profile));
    });
  });
}
