import { join } from "node:path";
import type { Seed, Simulator } from "pulumi-upcloud-ip/simulator";
import { addressLimit, type Engine } from "../../support/followHistory";
import type { Kill } from "../../support/historySteps";
import type { Declared, Entry, Outcome, Stack } from "../../support/stackEntries";
import { untilQuiet } from "./kills";
import { cli, kill, killLeftovers, provider } from "./processes";
import type { Project, StateResource } from "./project";
import { start } from "./runningServers";

/** Drives the life cycle with the real Pulumi CLI. Its processes are killed on Linux only. */
export class RealEngine implements Engine {
  readonly stack: Stack & { entries: readonly Entry[] } = { entries: [] };
  readonly simulator: Simulator;
  readonly journalDirectory: string;
  /** What was killed in the operation under way. */
  private killed: Kill["what"] | undefined;
  private mishap: unknown;
  private hasOrphan = false;

  private constructor(private readonly project: Project) {
    this.simulator = project.simulator;
    this.journalDirectory = join(project.directory, "home", "upcloud-ip");
  }

  static async start(this: void, seed: Seed): Promise<RealEngine> {
    const engine = new RealEngine(await start({ seed, rules: { addressLimit } }, { UPCLOUD_REQUEST_TIMEOUT: "2s" }));
    open.add(engine);
    return engine;
  }

  /** For `afterAll`, where a test was given up. */
  static async endAll(this: void): Promise<void> {
    await Promise.all([...open].map((engine) => engine.end()));
  }

  await({ after: skip, when, what }: Kill): void {
    const { faults } = this.simulator;
    const isBefore = when === "before-effect";
    faults.add({ kind: "act", skip, when: isBefore ? "before" : "after", act: () => this.kill(what) });
    // What a provider has sent that lives on has its effect while the next operation is under way.
    if (what !== "cli") faults.add({ kind: "no-answer", when, skip });
    else if (isBefore) faults.add({ kind: "delay", ms: 3000, skip });
  }

  async operate(operation: "refresh" | "up", program: readonly Declared[]): Promise<Outcome> {
    this.killed = undefined;
    this.project.declare(program.map(textOf).join("\n"));
    const { ok, output } = await this.project[operation]();
    if (this.mishap !== undefined) throw this.mishap;
    // The lock of a CLI that was killed.
    if (this.killed === "cli" || this.killed === "both") await this.project.stack.cancel();
    if (this.killed === "cli") this.hasOrphan = true;
    this.stack.entries = await this.saved();
    const failure = [...(this.killed === undefined ? [] : [`killed: ${this.killed}`]), diagnosticsIn(output)].join(
      "; ",
    );
    return { ok, failures: ok ? [] : [failure] };
  }

  async settle(): Promise<void> {
    if (!this.hasOrphan) return;
    await untilQuiet(this.project);
    // It has nothing to do, but goes on for ever.
    killLeftovers(this.project);
    this.hasOrphan = false;
  }

  async end(): Promise<void> {
    open.delete(this);
    killLeftovers(this.project);
    await this.project.end();
  }

  private kill(what: Kill["what"]): void {
    this.killed = what;
    try {
      if (what === "both") killLeftovers(this.project);
      else kill(this.project, what === "cli" ? cli : provider);
    } catch (error) {
      this.mishap = error;
    }
  }

  private async saved(): Promise<Entry[]> {
    const resources: SavedResource[] = await this.project.resources();
    return resources.map(({ urn, id = "", inputs, outputs, initErrors = [], ...is }) => ({
      urn,
      id,
      inputs,
      outputs,
      hasInitErrors: initErrors.length > 0,
      pendingDelete: is.delete === true,
      pendingReplacement: is.pendingReplacement === true,
    }));
  }
}

interface SavedResource extends StateResource {
  delete?: boolean;
  pendingReplacement?: boolean;
}

const open = new Set<RealEngine>();

function textOf({ name, alias, args }: Declared): string {
  const options = alias === undefined ? {} : { aliases: [{ name: alias }] };
  return `new ServerIpAddress("${name}", ${JSON.stringify(args)}, ${JSON.stringify(options)});`;
}

/** What the CLI says of resources, or all of it where it has not come that far. */
function diagnosticsIn(output: string): string {
  const [progress = "", diagnostics = progress] = output.split("\nDiagnostics:\n");
  const [text = ""] = diagnostics.split("\nResources:\n");
  return text.trim();
}
