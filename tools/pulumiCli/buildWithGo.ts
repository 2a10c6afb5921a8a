import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { runStep } from "../childProcess";
import { findExecutable } from "./findExecutable";
import type { PulumiCliInstallation } from "./types";

/**
 * The last release of the Node language host that the Go module proxy serves. It runs programs of newer SDKs, under newer CLIs, but
 * without the `options` of the `runtime` in Pulumi.yaml, which those no longer pass as flags.
 */
const languageHostVersion = "3.68.0";

/** pkg/v3 needs this replacement, and Go applies the replacements of the main module only. */
const clipboard = "github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e";

const buildTimeoutMs = 30 * 60_000;

/** Builds the CLI and the Node language host, and adds the launcher of the dynamic provider, as bin/ of a release has them. */
export async function buildPulumiCli({ version, root, scratch, path }: PulumiCliInstallation): Promise<void> {
  const go = await findExecutable("go", path);
  if (go === undefined) throw new Error("there is no `go` on PATH");
  console.error(`Building the Pulumi CLI ${version} from source with Go (a few minutes, once) …`);
  const bin = join(root, "bin");
  await mkdir(bin);
  await goBuild(go, join(scratch, "cli"), bin, {
    module: "github.com/pulumi/pulumi/pkg/v3",
    command: "cmd/pulumi",
    version,
    replace: clipboard,
  });
  await goBuild(go, join(scratch, "language-host"), bin, {
    module: "github.com/pulumi/pulumi/sdk/v3",
    command: "nodejs/cmd/pulumi-language-nodejs",
    version: languageHostVersion,
  });
  await copyLauncher(bin);
}

interface GoProgram {
  module: string;
  /** The folder of the program in the module. */
  command: string;
  version: string;
  replace?: string;
}

/** `go install` would refuse modules with replacements. */
async function goBuild(go: string, folder: string, bin: string, program: GoProgram): Promise<void> {
  const { module, command, version, replace } = program;
  await mkdir(folder);
  const lines = ["module build", "go 1.26", `require ${module} v${version}`, replace ? `replace ${replace}` : ""];
  await writeFile(join(folder, "go.mod"), lines.join("\n"));
  const output = join(bin, basename(command) + (process.platform === "win32" ? ".exe" : ""));
  const ldflags = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`;
  // -mod=mod lets Go write the missing go.sum. As an argument it keeps the user's GOFLAGS.
  await runStep(go, ["build", "-mod=mod", "-o", output, "-ldflags", ldflags, `${module}/${command}`], {
    cwd: folder,
    env: { ...process.env, GOWORK: "off" },
    giveUp: AbortSignal.timeout(buildTimeoutMs),
  });
}

/** The SDK contains it, for the `pulumi` that `npx` starts. */
async function copyLauncher(bin: string): Promise<void> {
  const sdk = dirname(require.resolve("@pulumi/pulumi/package.json"));
  const launcher = `pulumi-resource-pulumi-nodejs${process.platform === "win32" ? ".cmd" : ""}`;
  await copyFile(join(sdk, launcher), join(bin, launcher));
  await chmod(join(bin, launcher), 0o755);
}
