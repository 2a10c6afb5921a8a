import { join } from "node:path";
import type { Seed, Simulator } from "pulumi-upcloud-ip/simulator";
import { addressLimit, type Command, type Engine } from "../../../support/history/follower";
import type { Kill } from "../../../support/history/historySteps";
import type { Declared, Entry, Outcome, Stack } from "../../../support/stackEntries";
import { cli, kill, killAll, killLeftovers, provider } from "../../support/processes";
import type { Project, StateResource } from "../../support/project";
import { start } from "../../support/runningServers";
import { untilQuiet } from "./kills";

/**
 * Drives the lifecycle with the real Pulumi CLI. Its processes are killed on Linux only. Both stacks are in one backend, and
 * so have different names. Nothing is repeated: not every CLI of this version knows error hooks.
 */
export class RealEngine implements Engine {
  readonly stacks: readonly [SavedStack, SavedStack];
  readonly simulator: Simulator;
  readonly journalDirectory: string;
  /** What was killed in the operation under way. */
  private killed: Kill["what"] | undefined;
  private mishap: unknown;
  private hasOrphan = false;

  private constructor(private readonly project: Project) {
    this.simulator = project.simulator;
    this.journalDirectory = join(project.directory, "home", "upcloud-ip");
    this.stacks = [
      { name: project.stack.name, entries: [], handle: project.stack },
      { name: "other", entries: [], handle: undefined },
    ];
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

  async operate({ operation, of, program, targets }: Command): Promise<Outcome> {
    this.killed = undefined;
    const stack = this.stacks[of];
    await this.select(stack);
    this.project.declare(programOf(program));
    const names = targets?.map((name) => `**::${name}`);
    const provider = operation === "up" && program.some(({ isExplicit }) => isExplicit) ? ["**::explicit"] : [];
    const { ok, output } = await this.project[operation](names && { target: [...names, ...provider] });
    if (this.mishap !== undefined) throw this.mishap;
    // The lock of a CLI that was killed.
    if (this.killed === "cli" || this.killed === "both") await this.project.stack.cancel();
    if (this.killed === "cli") this.hasOrphan = true;
    stack.entries = this.saved();
    const failures = [...(this.killed === undefined ? [] : [`killed: ${this.killed}`]), diagnosticsIn(output)];
    return { ok, failures: ok ? [] : [failures.join("; ")] };
  }

  async renameStack(of: 0 | 1, name: string): Promise<void> {
    const stack = this.stacks[of];
    stack.name = name;
    if (stack.handle === undefined) return;
    await this.select(stack);
    await stack.handle.rename({ stackName: name });
    stack.entries = this.saved();
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
    // A fault at a random moment of a history may come after its last request.
    this.simulator.faults.clear();
    await this.project.end();
  }

  private kill(what: Kill["what"]): void {
    this.killed = what;
    try {
      if (what === "both") killLeftovers(this.project);
      else if (what === "cli") kill(this.project, cli);
      else killAll(this.project, provider);
    } catch (error) {
      this.mishap = error;
    }
  }

  private async select(stack: SavedStack): Promise<void> {
    if (stack.handle === undefined) await this.project.beginStack(stack.name);
    stack.handle ??= this.project.stack;
    this.project.stack = stack.handle;
  }

  private saved(): Entry[] {
    const resources: SavedResource[] = this.project.resources;
    return resources.map(({ urn, id = "", inputs, outputs, initErrors = [], created, provider, ...is }) => ({
      urn,
      id,
      inputs,
      outputs,
      created,
      isExplicit: provider?.includes("::explicit::") === true,
      hasInitErrors: initErrors.length > 0,
      pendingDelete: is.delete === true,
      pendingReplacement: is.pendingReplacement === true,
    }));
  }
}

interface SavedStack extends Stack {
  name: string;
  entries: readonly Entry[];
  /** None before its first operation. */
  handle: Project["stack"] | undefined;
}

interface SavedResource extends StateResource {
  created?: string;
  provider?: string;
  delete?: boolean;
  pendingReplacement?: boolean;
}

const open = new Set<RealEngine>();

function programOf(program: readonly Declared[]): string {
  const provider = `
    const provider = new Provider("explicit");`;
  const names = program.filter(({ isDoomed }) => !isDoomed).map(({ name }) => `resource_${name}`);
  return [
    ...(program.some(({ isExplicit }) => isExplicit) ? [provider] : []),
    ...program.map((declared) => textOf(declared, declared.isDoomed ? names : [])),
  ].join("\n");
}

function textOf(
  { name, alias, args, isExplicit, deleteBeforeReplace }: Declared,
  dependsOn: readonly string[],
): string {
  const options = [
    ...(alias === undefined ? [] : [`aliases: [{ name: "${alias}" }]`]),
    ...(isExplicit === true ? ["provider"] : []),
    ...(deleteBeforeReplace === true ? ["deleteBeforeReplace: true"] : []),
    `dependsOn: [${dependsOn}]`,
  ];
  return `const resource_${name} = new ServerIpAddress("${name}", ${JSON.stringify(args)}, { ${options.join(", ")} });`;
}

/** What the CLI says of resources, or all of it where it has not come that far. */
function diagnosticsIn(output: string): string {
  const [progress = "", diagnostics = progress] = output.split("\nDiagnostics:\n");
  const [text = ""] = diagnostics.split("\nResources:\n");
  return text.trim();
}
