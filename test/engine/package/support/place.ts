import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Simulator, startSimulator } from "pulumi-upcloud-ip/simulator";
import { vaultKey } from "../../../support/network/vault";
import { checkpointOf, outputsIn } from "../../support/project";
import { pulumiEnvironment } from "../../support/pulumiEnvironment";
import { commandInReadme, run } from "./commands";

export const yes = ["--yes", "--skip-preview"];

/** Where a consumer's program is, with an account of its own. */
export class Place {
  private constructor(
    private readonly directory: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly simulator: Simulator,
  ) {}

  /** @param isInline the program has its own stack, and the credentials come from the environment; otherwise the stack is `dev` */
  static async open(directory: string, path: string, isInline = false): Promise<Place> {
    for (const folder of ["state", "tmp"]) mkdirSync(join(directory, folder), { recursive: true });
    const simulator = await startSimulator();
    const own = Object.entries(process.env).filter(([name]) => !/^(UPCLOUD|PULUMI|JEST|NODE)_/.test(name));
    const env = {
      ...Object.fromEntries(own),
      PATH: [path, join(process.env.PULUMI_CLI_ROOT as string, "bin")].join(delimiter),
      ...pulumiEnvironment(directory),
      UPCLOUD_DEBUG_API_BASE_URL: simulator.url,
      ...(isInline && { UPCLOUD_TOKEN: simulator.credentials.token }),
    };
    const place = new Place(directory, env, simulator);
    if (isInline) return place;
    await place.pulumi("stack", "init", "dev", "--secrets-provider", vaultKey);
    const configure = commandInReadme(/^pulumi config set .*<token>$/m).replace("<token>", simulator.credentials.token);
    await run("bash", ["-ec", configure], directory, env);
    return place;
  }

  /** What it asked of UpCloud. */
  async pulumi(...args: string[]): Promise<string[]> {
    const command = join(process.env.PULUMI_CLI_ROOT as string, "bin/pulumi");
    return this.run(command, [...args, "--non-interactive", "--color", "never"]);
  }

  /** What it asked of UpCloud. */
  async run(command: string, args: string[], cwd = this.directory): Promise<string[]> {
    this.simulator.clearRequests();
    await run(command, args, cwd, this.env);
    return this.simulator.requests.map(({ method }) => method);
  }

  /** All that a script prints, whether it succeeds or not. */
  says(script: string, cwd = this.directory): Promise<string> {
    return run("bash", ["-c", `{ ${script}; } 2>&1 || true`], cwd, this.env);
  }

  /** Major version of the Node that Pulumi finds. */
  async node(): Promise<string> {
    return (await run("node", ["-p", "process.versions.node.split('.')[0]"], this.directory, this.env)).trim();
  }

  /** Those of the stack `dev`. */
  get outputs(): Record<string, unknown> {
    return outputsIn(checkpointOf(this.env.PULUMI_BACKEND_URL as string, "addresses", "dev"));
  }

  /** For what follows: the compiler has seen the program. */
  skipTypeChecks(): void {
    this.env.PULUMI_NODEJS_TRANSPILE_ONLY = "true";
  }

  get account() {
    return this.simulator.account;
  }

  /** The workshop clears its directory away, above which another place may be. */
  end(): Promise<void> {
    return this.simulator.stop();
  }
}
