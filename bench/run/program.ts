import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
import type { Variant } from "../measurements";
import { addressesPerServer, serverAt } from "./simulatorProcess";

/** The class of each variant, and what a program imports it from. */
const imports: Record<Variant, { className: string; from: string }> = {
  empty: { className: "EmptyAddress", from: "bench-providers/floors" },
  lean: { className: "LeanAddress", from: "bench-providers/floors" },
  naive: { className: "NaiveAddress", from: "bench-providers/naive" },
  "this package": { className: "ServerIpAddress", from: "pulumi-upcloud-ip" },
};

/** A Pulumi project in `folder` with the packages of all four variants installed, but no program. */
export function installProject(root: string, folder: string): void {
  writeFileSync(join(folder, "Pulumi.yaml"), "name: bench\nruntime: nodejs\n");
  writeFileSync(join(folder, "package.json"), '{ "name": "bench", "main": "index.js" }\n');
  const modules = join(folder, "node_modules");
  const providers = join(modules, "bench-providers");
  mkdirSync(providers, { recursive: true });
  for (const name of ["@pulumi", "undici"]) symlinkSync(join(root, "node_modules", name), join(modules, name));
  symlinkSync(root, join(modules, "pulumi-upcloud-ip"));
  for (const file of readdirSync(join(root, "bench/providers"))) {
    const source = readFileSync(join(root, "bench/providers", file), "utf8");
    const compilerOptions = { target: ScriptTarget.ES2022, module: ModuleKind.CommonJS };
    const { outputText } = transpileModule(source, { compilerOptions });
    writeFileSync(join(providers, file.replace(/\.ts$/, ".js")), outputText);
  }
}

/** Declares the addresses server by server. `ptrRecords` is the prefix of their PTR records; none by default. */
export function writeProgram(folder: string, variant: Variant, count: number, ptrRecords?: string): void {
  const { className, from } = imports[variant];
  const declarations = Array.from({ length: count }, (_, index) => {
    const ptrRecord = ptrRecords && { ptrRecord: `${ptrRecords}${index}.example.com` };
    const name = `server${Math.floor(index / addressesPerServer)}-${index % addressesPerServer}`;
    return `new ${className}("${name}", ${JSON.stringify({ server: serverAt(index), ...ptrRecord })});`;
  });
  const program = [`const { ${className} } = require("${from}");`, ...declarations, ""];
  writeFileSync(join(folder, "index.js"), program.join("\n"));
}
