import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "../../../src/audit/command";
import { type Simulator, startSimulator } from "../../../src/simulator";
import { web } from "../../support/demoServers";
import { resource, stackExport } from "./stackFixture";

/** The command, with an account of its own and a stand-in for the Pulumi CLI. */
export class CommandRig {
  readonly folder = mkdtempSync(join(tmpdir(), "audit-command-"));
  /** Of Pulumi. */
  readonly home = join(this.folder, "home");

  private constructor(
    readonly simulator: Simulator,
    /** The address that the stack `selected` manages, which is the selected one. */
    readonly managed: string,
    /** Another one of the server, which only the stack `fixed` manages. */
    readonly leaked: string,
  ) {
    writeFileSync(join(this.folder, "pulumi"), standIn(this.folder), { mode: 0o755 });
    this.stack("selected", stackExport([resource("first", managed, { server: web })]));
    this.stack("fixed", stackExport([resource("second", leaked, { server: web })]));
  }

  static async start(): Promise<CommandRig> {
    const simulator = await startSimulator();
    const assign = () => simulator.account.assignIpAddress({ server: web }).address;
    return new CommandRig(simulator, assign(), assign());
  }

  /** A stack with this state and, as far as they can be read, these settings. */
  stack(name: string, state: object, secrets: object | undefined = {}, config = secrets): void {
    const files = { state, secrets, config };
    for (const [extension, content] of Object.entries(files)) {
      if (content !== undefined) this.write(`${name}.${extension}`, content);
    }
  }

  /** A file of the folder, by its whole path. */
  write(name: string, content: object): string {
    const file = join(this.folder, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  }

  async run(args: string, env: Record<string, string> = {}) {
    let output = "";
    const warnings: string[] = [];
    const credentials = { UPCLOUD_DEBUG_API_BASE_URL: this.simulator.url, UPCLOUD_TOKEN: "ucat_demo" };
    const code = await command(args.split(" ").filter(Boolean), {
      env: { PATH: `${this.folder}:${process.env.PATH}`, PULUMI_HOME: this.home, ...credentials, ...env },
      write: (text) => {
        output += text;
      },
      warn: (line) => warnings.push(line),
    });
    return { code, output, warnings };
  }

  /** No request was sent, and nothing is in Pulumi's home. */
  forget(): void {
    this.simulator.clearRequests();
    rmSync(this.home, { recursive: true, force: true });
  }

  async end(): Promise<void> {
    await this.simulator.stop();
    rmSync(this.folder, { recursive: true });
  }
}

/** Stands in for the Pulumi CLI: what it says of a stack lies in files of the folder. */
const standIn = (folder: string) => `#!/bin/sh
  cd ${folder}
  for last; do [ "$before" = --stack ] && stack=$last; before=$last; done
  case "$*" in
    "stack export --show-secrets"*) file=\${stack-selected}.decrypted;;
    "stack export"*) file=\${stack-selected}.state;;
    *show-secrets*) file=\${stack-selected}.secrets;;
    *) file=\${stack-selected}.config;;
  esac
  [ -f "$file" ] && exec cat "$file"
  echo "error: no $file" >&2; exit 1`;
