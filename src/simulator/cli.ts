#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type SimulatorOptions, startSimulator } from "./index";
import { SetupError, unexpectedValue } from "./model/checks";

const help = `Usage: upcloud-simulator [options]

Simulates the UpCloud API for IP addresses at http://127.0.0.1:8080.
User demo, password demo, token ucat_demo. Open the URL in a browser to see servers and requests.

  --port PORT    listen on this port; 0 selects a free one (default 8080)
  --seed FILE    start with the account in this JSON file
  --state FILE   keep the account in this file across restarts; overrides --seed
  --latency MS   delay every request by this many milliseconds (default 0)
  --help         show this help
  --version      show the version
`;

async function main(): Promise<void> {
  const { values } = parseOptions();
  if (values.help) return write(help);
  if (values.version) return write(`${packageVersion()}\n`);
  const simulator = await startSimulator({ ...simulatorOptions(values), clock: "real" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void simulator.stop().then(() => process.exit(0)));
  }
  write(`UpCloud simulator listening on ${simulator.url}\n`);
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: "string", default: "8080" },
        seed: { type: "string" },
        state: { type: "string" },
        latency: { type: "string", default: "0" },
        help: { type: "boolean", default: false },
        version: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.(?:\s|$)/);
    throw new SetupError(`${sentence}: run upcloud-simulator --help for the options.`);
  }
}

function simulatorOptions(values: { port: string; seed?: string; state?: string; latency: string }): SimulatorOptions {
  const port = readNumber(values.port, "--port", "a port from 0 to 65535", 65_535);
  const latencyMs = readNumber(values.latency, "--latency", "milliseconds from 0 to 600000", 600_000);
  const given: SimulatorOptions = { port, latencyMs };
  if (values.seed !== undefined) given.seed = readSeed(values.seed);
  if (values.state !== undefined) given.stateFile = values.state;
  return given;
}

function readNumber(text: string, option: string, expectation: string, to: number): number {
  if (!/^[0-9]+$/.test(text) || Number(text) > to) throw unexpectedValue(option, text, expectation);
  return Number(text);
}

/** Only parses the file; `startSimulator` checks the content. */
function readSeed(file: string): NonNullable<SimulatorOptions["seed"]> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new SetupError(`--seed is ${JSON.stringify(file)}: expected a JSON file (${(error as Error).message}).`);
  }
}

function packageVersion(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8"));
  return manifest.version;
}

function write(text: string): void {
  process.stdout.write(text);
}

main().catch((error: NodeJS.ErrnoException) => {
  const known = error instanceof SetupError;
  const busy =
    error.code === "EADDRINUSE"
      ? "The port is in use: choose another with --port, or --port 0 for a free one."
      : undefined;
  process.stderr.write(`upcloud-simulator: ${busy ?? error.message}\n`);
  process.exitCode = known || busy !== undefined ? 2 : 1;
});
