import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { type Simulator, startSimulator } from "pulumi-upcloud-ip/simulator";
import { pulumiEnvironment } from "../../support/pulumiEnvironment";
import { runCommand } from "../../support/runCommand";
import { quick } from "../../support/runningServers";

/** What a README has the reader type, and what it says that comes of it. */
export interface Step {
  script: string;
  prints: string;
}

const root = resolve(__dirname, "../../../..");

/** An example in a folder of its own, on a simulator of its own, for its README to be followed. */
export class Example {
  readonly steps: Step[];

  private constructor(
    private readonly directory: string,
    readonly readme: string,
    readonly simulator: Simulator,
  ) {
    this.steps = stepsOf(readme);
  }

  static async start(name: string): Promise<Example> {
    const directory = mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-"));
    const program = join(directory, "program");
    for (const folder of ["state", "tmp"]) mkdirSync(join(directory, folder));
    cpSync(join(root, "examples", name), program, { recursive: true });
    symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
    const readme = readFileSync(join(program, "README.md"), "utf8");
    const command = /^npx upcloud-simulator(?: --seed (\S+))?$/m.exec(readme);
    if (command === null)
      throw new Error(`examples/${name}/README.md: expected it to start the simulator, got nothing`);
    const seed = command[1] === undefined ? {} : { seed: JSON.parse(readFileSync(join(program, command[1]), "utf8")) };
    return new Example(directory, readme, await startSimulator({ ...seed, rules: quick }));
  }

  /** Runs what a reader would type into one shell, up to the first command that fails. */
  async run(script: string, { isPreviewed = true } = {}): Promise<{ ok: boolean; output: string; requests: string[] }> {
    this.simulator.clearRequests();
    const env = { ...this.environment(), ...(!isPreviewed && { PULUMI_OPTION_SKIP_PREVIEW: "true" }) };
    const where = { cwd: join(this.directory, "program"), env };
    const { code, output } = await runCommand("bash", ["-ec", this.onThisMachine(script)], where);
    return { ok: code === 0, output, requests: this.simulator.requests.map(({ method, path }) => `${method} ${path}`) };
  }

  /** Addresses and servers, without their order. */
  account() {
    const { account } = this.simulator;
    const addresses = account.listIpAddresses().sort((a, b) => a.address.localeCompare(b.address));
    return { addresses, servers: account.listServers() };
  }

  /** The PTR records that are not UpCloud's own, sorted. */
  ptrRecords(): string[] {
    const records = this.simulator.account.listIpAddresses().map(({ ptrRecord }) => ptrRecord);
    return records.filter((record) => record !== "" && !record.endsWith(".upcloud.host")).sort();
  }

  async end(): Promise<void> {
    await this.simulator.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The repository's packages and a simulator in this process take the place of what is installed and started. */
  private onThisMachine(script: string): string {
    const exported = this.steps.flatMap((step) => step.script.match(/^export .*$/gm) ?? []);
    return [...exported, script]
      .join("\n")
      .replace(/^npm install.*$|^npx upcloud-simulator.*$/gm, "")
      .replaceAll("http://127.0.0.1:8080", this.simulator.url);
  }

  private environment(): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(([name]) => !/^(UPCLOUD|PULUMI|JEST)_/.test(name));
    return {
      ...Object.fromEntries(own),
      PATH: `${join(process.env.PULUMI_CLI_ROOT as string, "bin")}${delimiter}${process.env.PATH}`,
      ...pulumiEnvironment(this.directory),
      PULUMI_SKIP_CONFIRMATIONS: "true",
      // Types are the business of `tsc`, which knows the examples.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    };
  }
}

/** A block of shell commands, and the block after it that has no language: what they print. */
function stepsOf(readme: string): Step[] {
  const [onSimulator = ""] = readme.split("\n## On your account\n");
  const steps: Step[] = [];
  for (const [, language, text = ""] of onSimulator.matchAll(/^```(\w*)\n(.*?)^```$/gms)) {
    const last = steps.at(-1);
    if (language === "sh") steps.push({ script: text, prints: "" });
    else if (last !== undefined) last.prints = text;
  }
  return steps;
}
