import { mkdir, mkdtemp, realpath, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { buildPulumiCli } from "./buildWithGo";
import { downloadPulumiCli } from "./download";
import { findExecutable } from "./findExecutable";
import type { PulumiCliInstallation, PulumiCliSource } from "./types";

export interface PulumiCliPlaces {
  /** Folders, as in PATH. */
  path: string;
  /** Pulumi's own folder, whose cache of versions the Automation API and `npx pulumi` use too. */
  pulumiHome: string;
}

/** The sources of a Pulumi CLI, the cheapest first. The last two install it into the cache, where the second finds it. */
export function pulumiCliSources(version: string, places: PulumiCliPlaces = placesOfThisProcess()): PulumiCliSource[] {
  const { path, pulumiHome } = places;
  const cache = join(pulumiHome, "versions", version);
  return [
    { name: "on PATH", obtain: () => pulumiOnPath(path, version) },
    { name: `in Pulumi's cache ${cache}`, obtain: () => pulumiInRoot(cache, path, version) },
    { name: "download from get.pulumi.com", obtain: () => installInCache(cache, path, version, downloadPulumiCli) },
    { name: "build from source with Go", obtain: () => installInCache(cache, path, version, buildPulumiCli) },
  ];
}

function placesOfThisProcess(): PulumiCliPlaces {
  return { path: process.env.PATH ?? "", pulumiHome: process.env.PULUMI_HOME ?? join(homedir(), ".pulumi") };
}

async function pulumiOnPath(path: string, version: string): Promise<PulumiCommand> {
  const found = await findExecutable("pulumi", path);
  if (found === undefined) throw new Error("there is no `pulumi`");
  // Package managers put a link on PATH, and the companions of the CLI beside the real file.
  return usablePulumi(dirname(await realpath(found)), path, version);
}

async function pulumiInRoot(root: string, path: string, version: string): Promise<PulumiCommand> {
  const folder = join(root, "bin");
  if ((await findExecutable("pulumi", folder)) === undefined) throw new Error("not there");
  return usablePulumi(folder, path, version);
}

/** The CLI in `folder`, if it is new enough and its companions, which run Node programs and resources, are there or on `path`. */
async function usablePulumi(folder: string, path: string, version: string): Promise<PulumiCommand> {
  // The Automation API takes a folder that has bin/pulumi; without one, it takes the first CLI on PATH.
  const where = basename(folder) === "bin" ? { root: dirname(folder) } : {};
  const cli = await PulumiCommand.get(where).catch((error: Error) => {
    throw new Error(`the \`pulumi\` in ${folder} does not run: ${reasonOf(error)}`);
  });
  if (cli.version === null || cli.version.compare(version) < 0) {
    throw new Error(`version ${cli.version} in ${folder} is older than ${version}`);
  }
  for (const companion of ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]) {
    if ((await findExecutable(companion, [folder, path].join(delimiter))) === undefined) {
      throw new Error(`version ${cli.version} in ${folder} cannot run Node programs: ${companion} is missing`);
    }
  }
  return cli;
}

/**
 * Fills the cache in one step: the CLI is installed in a temporary folder beside it, tried there and then
 * renamed, so that neither an interruption nor a second process leaves or finds an incomplete CLI.
 */
async function installInCache(
  cache: string,
  path: string,
  version: string,
  install: (installation: PulumiCliInstallation) => Promise<void>,
): Promise<PulumiCommand> {
  await mkdir(dirname(cache), { recursive: true });
  const scratch = await mkdtemp(join(dirname(cache), `.${version}-`));
  try {
    const root = join(scratch, "root");
    await mkdir(root);
    await install({ version, root, scratch, path });
    await pulumiInRoot(root, path, version);
    if (!(await isUsable(cache, path, version))) {
      await rename(cache, join(scratch, "unusable")).catch(ignoreAbsence);
      await rename(root, cache);
    }
    return await pulumiInRoot(cache, path, version);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function isUsable(root: string, path: string, version: string): Promise<boolean> {
  return pulumiInRoot(root, path, version).then(
    () => true,
    () => false,
  );
}

function ignoreAbsence(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

/** The Automation API reports a failed command as a block of text, in which stderr has the reason. */
function reasonOf(error: Error): string {
  return /^ stderr: (.+)$/m.exec(error.message)?.[1] ?? error.message;
}
