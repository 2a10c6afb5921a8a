import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { servers } from "../../support/project";
import { commandInReadme, run } from "./commands";
import { nodes } from "./nodes";
import { Place } from "./place";

const root = resolve(__dirname, "../../../..");
const npmInstall = ["install", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];

export const packageManagers = ["npm", "pnpm", "yarn"] as const;
type PackageManager = (typeof packageManagers)[number];
export const languages = ["TypeScript, CommonJS", "TypeScript, ES modules", "JavaScript"] as const;
/** Node itself strips the types. */
type Language = (typeof languages)[number] | "TypeScript, type stripping";

export interface Consumer {
  manager: PackageManager;
  language: Language;
  /** Major version. */
  node: (typeof nodes)[number];
  /** Of `@pulumi/pulumi`. */
  pulumi: string;
}

const platform = `${process.platform}-${process.arch}`;
const tools = {
  bun: `bun@npm:@oven/bun-${platform.replace("arm64", "aarch64")}@1`,
  pnpm: "pnpm@10",
  yarn: "@yarnpkg/cli-dist@4",
};

/** What the computer of each consumer has: the packed package, three versions of Node, and package managers. */
export class Workshop {
  private readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-consumers-")));
  private readonly bin = join(this.directory, "node_modules");
  private tarball = "";
  private registry = "";
  private places = 0;
  private readonly installations = new Map<string, Promise<string>>();

  async open(...toolNames: (keyof typeof tools)[]): Promise<void> {
    await run("npm", ["pack", "--ignore-scripts", "--pack-destination", this.directory], root);
    this.tarball = join(this.directory, readdirSync(this.directory).find((file) => file.endsWith(".tgz")) ?? "");
    this.registry = (await run("npm", ["config", "get", "registry"], root)).trim();
    writeFileSync(join(this.directory, "package.json"), "{}");
    const [here = ""] = process.versions.node.split(".");
    const others = nodes.filter((node) => node !== here);
    const nodePackages = others.map((node) => `node${node}@npm:node-${platform}@${node}`);
    const packages = [...nodePackages, ...toolNames.map((name) => tools[name])];
    await run("npm", [...npmInstall, ...packages], this.directory);
    mkdirSync(join(this.bin, `node${here}`, "bin"), { recursive: true });
    symlinkSync(process.execPath, join(this.bin, `node${here}`, "bin/node"));
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A program with everything installed as its README would say; below the first one that needs the same, if there is one. */
  async install(consumer: Consumer): Promise<Place> {
    const [files, command, path] = [filesOf(consumer), this.installation(consumer), this.pathOf(consumer.node)];
    const needs = JSON.stringify([command, devDependenciesOf(consumer.language)]);
    const first = this.installations.get(needs);
    if (first !== undefined) return Place.open(this.write(join(await first, `program${++this.places}`), files), path);
    const directory = this.lay(files, command, consumer.node);
    this.installations.set(needs, directory);
    return Place.open(await directory, path);
  }

  /** A new folder with these files, in which a command has installed what they need. `TARBALL` in them stands for the package. */
  async lay(files: Record<string, string>, command: string, node: Consumer["node"]): Promise<string> {
    const directory = this.write(join(this.directory, `place${++this.places}`), files);
    await this.runIn(directory, command, node);
    return directory;
  }

  private write(directory: string, files: Record<string, string>): string {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), content.replaceAll("TARBALL", `file:${this.tarball}`));
    }
    return directory;
  }

  /** Runs a package manager. */
  async runIn(directory: string, command: string, node: Consumer["node"]): Promise<void> {
    await run("bash", ["-ec", command.replaceAll("TARBALL", `file:${this.tarball}`)], directory, {
      ...process.env,
      PATH: this.pathOf(node),
      // An outer `npm --silent` would hide the reason of a failure.
      npm_config_loglevel: "error",
      npm_config_prefer_offline: "true",
      npm_config_ignore_scripts: "true",
      npm_config_store_dir: join(this.directory, "pnpm"),
      // Bun reads this form only.
      NPM_CONFIG_REGISTRY: this.registry,
      BUN_INSTALL_CACHE_DIR: join(this.directory, "bun"),
      YARN_NPM_REGISTRY_SERVER: this.registry,
      YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
      YARN_ENABLE_TELEMETRY: "false",
      YARN_GLOBAL_FOLDER: join(this.directory, "yarn"),
    });
  }

  /** The README's own command, with the tarball for the published package, and a version of Pulumi. */
  private installation({ manager, pulumi }: Consumer): string {
    return commandInReadme(new RegExp(`^${manager} .*pulumi-upcloud-ip.*$`, "m"))
      .replace("pulumi-upcloud-ip", "pulumi-upcloud-ip@TARBALL")
      .replace("@pulumi/pulumi", `@pulumi/pulumi@${pulumi}`);
  }

  /** What a terminal finds: this version of Node, and the tools. */
  pathOf(node: Consumer["node"]): string {
    const own = [join(`node${node}`, "bin"), join("bun", "bin"), ".bin"].map((folder) => join(this.bin, folder));
    return [...own, process.env.PATH].join(delimiter);
  }
}

function devDependenciesOf(language: Language): Record<string, string> {
  if (language === "JavaScript" || language === "TypeScript, type stripping") return {};
  const compiler = { typescript: "^5.9.0", "@types/node": "^20.0.0" };
  return language === "TypeScript, CommonJS" ? compiler : { ...compiler, "ts-node": "^10.9.2" };
}

function filesOf({ manager, language }: Consumer): Record<string, string> {
  const isTypeScript = language !== "JavaScript";
  const isModule = isTypeScript && language !== "TypeScript, CommonJS";
  const isStripped = language === "TypeScript, type stripping";
  // The language host that Go builds does not get `typescript: false`. It loads its own compiler, which would refuse such a tsconfig.json.
  const isCompiled = isTypeScript && !isStripped;
  const modules = isModule ? { module: "nodenext" } : { module: "commonjs", moduleResolution: "node" };
  return {
    "package.json": JSON.stringify({
      name: "addresses",
      private: true,
      main: isTypeScript ? "index.ts" : "index.js",
      ...(isModule && { type: "module" }),
      devDependencies: devDependenciesOf(language),
    }),
    "Pulumi.yaml": `name: addresses\nruntime:\n  name: nodejs\n${isStripped ? "  options: { typescript: false }\n" : ""}`,
    ...(isCompiled && {
      "tsconfig.json": JSON.stringify({
        compilerOptions: { strict: true, target: "es2022", ...modules, types: ["node"] },
      }),
    }),
    ...(manager === "yarn" && { "yarn.lock": "" }),
    [isTypeScript ? "index.ts" : "index.js"]: programOf(language),
  };
}

function programOf(language: Language): string {
  const args = `{ server: "${servers.web}", ptrRecord: "mail.example.com" }`;
  if (language === "JavaScript")
    return `const { ServerIpAddress } = require("pulumi-upcloud-ip");
const mail = new ServerIpAddress("mail", ${args});
exports.address = mail.address;
`;
  return `import type { Output } from "@pulumi/pulumi";
import { ServerIpAddress, type ServerIpAddressArgs } from "pulumi-upcloud-ip";
const args: ServerIpAddressArgs = ${args};
const mail = new ServerIpAddress("mail", args);
export const address: Output<string> = mail.address;
${language !== "TypeScript, CommonJS" ? "if (import.meta.url === undefined) throw new Error();\n" : ""}`;
}
