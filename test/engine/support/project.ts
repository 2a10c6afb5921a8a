import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import type { Address, Server, Simulator } from "pulumi-upcloud-ip/simulator";
import { mail, web } from "../../support/demoServers";
import { requireFaultsMet } from "../../support/faults";
import { vaultKey } from "../../support/network/vault";
import { type How, type Operation, operate, type Result } from "./operation";
import { withProgramHost } from "./programHosts";
import { pulumiEnvironment } from "./pulumiEnvironment";

export interface Outcome extends Result {
  /** What the operation asked of UpCloud, such as `POST /1.2/ip_address`. */
  requests: string[];
}

export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  initErrors?: string[];
  external?: boolean;
  /** The line of the program that declares it. */
  sourcePosition?: string;
}

/** The servers of the simulator's default account: `mail` is started, `web` is stopped. */
export const servers = { mail, web } as const;

interface Program {
  file: string;
  imports: string;
}

let cli: Promise<PulumiCommand> | undefined;
/** Asks the CLI for its version once in each test file. */
export function pulumiCli(): Promise<PulumiCommand> {
  cli ??= PulumiCommand.get({ root: process.env.PULUMI_CLI_ROOT as string });
  return cli;
}

const names =
  "ServerIpAddress, PtrRecord, Provider, getIpAddress, getIpAddressOutput, getIpAddresses, getIpAddressesOutput";

const javaScript: Program = {
  file: "index.js",
  imports: `const pulumi = require("@pulumi/pulumi");\nconst { ${names} } = require("pulumi-upcloud-ip");`,
};

const typeScript: Program = {
  file: "index.ts",
  imports: `import * as pulumi from "@pulumi/pulumi";\nimport { ${names} } from "pulumi-upcloud-ip";`,
};

/** Where the files of a project are, below its directory, and what runs its program. */
interface Layout {
  /** The folder of Pulumi.yaml, in which the CLI runs. Default: the directory itself. */
  projectFolder?: string;
  /** The folder of the program, which `yaml` names. Default: the directory itself. */
  programFolder?: string;
  /** More lines of Pulumi.yaml. */
  yaml?: string;
  /**
   * Whether a process that stays runs the program, and not Pulumi's language host: not for tests of the program's process, or of what it
   * prints. Default: if the program is in the directory itself.
   */
  isInline?: boolean;
}

function directoryOnThisRepository({ projectFolder = "", programFolder = "", yaml = "" }: Layout): string {
  const directory = mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-"));
  for (const folder of [projectFolder, programFolder]) mkdirSync(join(directory, folder), { recursive: true });
  writeFileSync(join(directory, projectFolder, "Pulumi.yaml"), `name: addresses\nruntime: nodejs\n${yaml}`);
  writeFileSync(join(directory, "package.json"), '{ "name": "addresses", "main": "index.js" }\n');
  symlinkSync(resolve(__dirname, "../../../node_modules"), join(directory, "node_modules"));
  return directory;
}

/** Where the backend of `pulumiEnvironment` keeps the state of a stack: faster to read than to ask the CLI for. */
export const checkpointOf = (backend: string, project: string, stack: string): string =>
  join(fileURLToPath(backend), ".pulumi/stacks", project, `${stack}.json`);

export const outputsIn = (checkpoint: string): Record<string, unknown> =>
  resourcesIn(checkpoint).find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};

const resourcesIn = (checkpoint: string): StateResource[] =>
  JSON.parse(readFileSync(checkpoint, "utf8")).checkpoint.latest?.resources ?? [];

/** A Pulumi program in a directory of its own, run by the real CLI on a file backend against the simulator. */
export class Project {
  private constructor(
    readonly directory: string,
    readonly simulator: Simulator,
    public stack: Stack,
    private readonly name: string,
    private readonly program: Program,
    private readonly isInline: boolean,
  ) {}

  /**
   * @param installed A directory that holds all that a TypeScript program needs, `node_modules` too, but the program.
   * Default: a new directory for a JavaScript program, with the packages of this repository.
   */
  static async create(
    simulator: Simulator,
    env: Record<string, string> = {},
    installed?: string,
    layout: Layout = {},
  ): Promise<Project> {
    const directory = installed ?? directoryOnThisRepository(layout);
    const { file, imports } = installed === undefined ? javaScript : typeScript;
    const program = { file: join(layout.programFolder ?? "", file), imports };
    const { isInline = installed === undefined && layout.programFolder === undefined } = layout;
    for (const folder of ["state", "tmp"]) mkdirSync(join(directory, folder));
    writeFileSync(join(directory, program.file), "");
    const pulumiCommand = await pulumiCli();
    const stack = await LocalWorkspace.createStack(
      { stackName: "test", workDir: join(directory, layout.projectFolder ?? "") },
      {
        pulumiCommand,
        secretsProvider: vaultKey,
        envVars: {
          ...pulumiEnvironment(directory),
          UPCLOUD_DEBUG_API_BASE_URL: simulator.url,
          UPCLOUD_TOKEN: simulator.credentials.token,
          UPCLOUD_USERNAME: "",
          UPCLOUD_PASSWORD: "",
          UPCLOUD_API_VERSION: "",
          UPCLOUD_REQUEST_TIMEOUT: "",
          ...env,
        },
      },
    );
    const { name } = await stack.workspace.projectSettings();
    return new Project(directory, simulator, stack, name, program, isInline);
  }

  /** Goes on with a new stack of the project. */
  async beginStack(stackName: string): Promise<void> {
    const { pulumiCommand, envVars, workDir } = this.stack.workspace as LocalWorkspace;
    this.stack = await LocalWorkspace.createStack(
      { stackName, workDir },
      { pulumiCommand, secretsProvider: vaultKey, envVars },
    );
  }

  /** Replaces the program; the package's names are in scope. */
  declare(program: string): void {
    writeFileSync(join(this.directory, this.program.file), `${this.program.imports}\n${program}\n`);
  }

  preview = (how: How = {}) => this.run("preview", how);
  up = (how: How = {}) => this.run("up", how);
  refresh = (how: How = {}) => this.run("refresh", how);
  destroy = (how: How = {}) => this.run("destroy", how);

  /** Those of the stack. Secret ones are encrypted. */
  get outputs(): Record<string, unknown> {
    return outputsIn(this.checkpoint);
  }

  /** Resources of the state, the stack itself and the provider left out. */
  get resources(): StateResource[] {
    return resourcesIn(this.checkpoint).filter(({ type }) => !type.startsWith("pulumi:"));
  }

  get checkpoint(): string {
    return checkpointOf(this.stack.workspace.envVars.PULUMI_BACKEND_URL as string, this.name, this.stack.name);
  }

  /** What the account really has: addresses and servers, without their order. */
  account(): { addresses: Address[]; servers: Server[] } {
    const { account } = this.simulator;
    const byAddress = (a: Address, b: Address) => a.address.localeCompare(b.address);
    return { addresses: account.listIpAddresses().sort(byAddress), servers: account.listServers() };
  }

  address(address: string): Address | undefined {
    return this.simulator.account.getIpAddress(address);
  }

  /** Everything Pulumi has written for the stack: state, history, backups, configuration. */
  writtenFiles(): string {
    const list = (folder: string, recursive: boolean) => readdirSync(folder, { withFileTypes: true, recursive });
    // By itself: from Node 22 on, a recursive listing follows the link to the packages.
    return list(this.directory, false)
      .filter(({ name }) => name !== "node_modules")
      .flatMap((entry) => (entry.isDirectory() ? list(join(this.directory, entry.name), true) : [entry]))
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
  }

  /** Throws where a fault is still pending, when everything is cleared away. */
  async end(): Promise<void> {
    await this.simulator.stop();
    rmSync(this.directory, { recursive: true, force: true });
    requireFaultsMet(this.simulator);
  }

  private async run(operation: Operation, how: How): Promise<Outcome> {
    this.simulator.clearRequests();
    const result = await this.operate(operation, how);
    const requests = this.simulator.requests.map(({ method, path }) => `${method} ${path}`);
    return { ...result, requests };
  }

  private operate(operation: Operation, how: How): Promise<Result> {
    const hasProgram = operation === "preview" || operation === "up";
    if (!hasProgram || !this.isInline) return operate(this.stack, operation, how);
    const { workDir, envVars } = this.stack.workspace;
    const file = join(this.directory, this.program.file);
    const program = { file, workDir, stackName: this.stack.name, env: envVars as Record<string, string> };
    return withProgramHost(program, (flags) => operate(this.stack, operation, how, flags));
  }
}
