import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { createClient } from "../api/client";
import { packageVersion } from "../api/http/packageVersion";
import type { IpAddressWire } from "../api/wire";
import { addressKey } from "../model/addresses";
import {
  type Configuration,
  readConfiguration,
  type StackConfig,
  versionNotice,
} from "../model/configuration/configuration";
import { MissingCredentialsError } from "../model/configuration/configurationError";
import { readProviderSettings } from "../state/explicitProviders";
import { readStackConfig } from "../state/stackConfig";
import { readStackState, readStateFile, type StackState } from "../state/stackState";
import { audit } from "./audit";
import { type ImportFile, importAdvice, importFileOf } from "./importFile";
import { journalHints } from "./journalHints";
import { jsonReport, report } from "./report";

const help = `Usage: pulumi-upcloud-ip audit [options]

Lists the addresses of the UpCloud account that look like the result of an interrupted create: bought, but in no state.
Then lists those that may be such a result, or belong to something else, and names the addresses that several resources
have. Changes nothing.

An address is managed if any of the given stacks manages it. Default: the selected stack of the project in the current
folder. Credentials come from the configuration of each stack and from its explicit providers, or from the environment.

  --stack NAME        a stack, also as org/project/stack; can be repeated
  --state FILE        output of \`pulumi stack export\`, or a checkpoint file of a self-managed backend; can be repeated
  --cwd DIR           folder of the Pulumi project (default: current folder)
  --all               list every address that the stacks do not manage
  --json              print JSON for scripts, as docs/audit.schema.json of the package describes it
  --import-file FILE  write the addresses that look lost to FILE, for \`pulumi import --file\`
  --help              show this help
  --version           show the version

Exit code: 0 no address looks lost, 1 an address looks lost or several resources have the same one, 2 the audit failed.
`;

export interface CommandIo {
  env: NodeJS.ProcessEnv;
  write(text: string): void;
  /** Reports what could not be read, apart from the result. */
  warn(line: string): void;
}

/** Runs `pulumi-upcloud-ip` with these arguments, and returns its exit code. Throws if the audit cannot be made, with a message for users. */
export async function command(args: readonly string[], io: CommandIo): Promise<0 | 1> {
  const { values, positionals } = parseOptions(args);
  if (values.help) return finish(io, help);
  if (values.version) return finish(io, `${packageVersion}\n`);
  const [verb = "nothing", ...more] = positionals;
  if (verb !== "audit") throw usageError(`Expected the command audit, got ${verb}`);
  if (more.length > 0) throw usageError(`Expected only options after audit, got ${more.join(" ")}`);

  const { stack, state, cwd } = values;
  const stacks = stack.length + state.length > 0 ? stack : [undefined];
  const run = { cwd, env: io.env };
  const states: StackState[] = [];
  const configs: StackConfig[] = [];
  for (const name of stacks) {
    const read = await readStackState({ ...run, stack: name });
    states.push(read);
    configs.push(await stackConfig({ ...run, stack: name }, io));
    if (read.hasExplicitProviders) configs.push(...(await providerConfigs({ ...run, stack: name }, io)));
  }
  for (const file of state) states.push(await readState(file));
  if (configs.length === 0) configs.push(() => undefined);

  const account = await listAccounts(configs, io);
  const result = audit(account, states, journalHints(io.env));
  io.write((values.json ? jsonReport : report)(result, { all: values.all }));
  if (values["import-file"] !== undefined) {
    const advice = await writeImportFile(values["import-file"], importFileOf(result, account, states));
    if (!values.json) io.write(`\n${advice}`);
  }
  return result.suspects.length + result.shared.length === 0 ? 0 : 1;
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stack: { type: "string", multiple: true, default: [] },
        state: { type: "string", multiple: true, default: [] },
        cwd: { type: "string" },
        all: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        "import-file": { type: "string" },
        help: { type: "boolean", default: false },
        version: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.(?:\s|$)/);
    throw usageError(sentence ?? "");
  }
}

const usageError = (what: string) => new Error(`${what}: see pulumi-upcloud-ip --help.`);

function finish(io: CommandIo, text: string): 0 {
  io.write(text);
  return 0;
}

async function readState(file: string): Promise<StackState> {
  try {
    return await readStateFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === undefined
      ? error
      : new Error(`Expected --state to name a readable file, got ${JSON.stringify(file)}: ${message}.`);
  }
}

/** Returns what to do with the file. */
async function writeImportFile(file: string, content: ImportFile): Promise<string> {
  if (content.resources.length > 0) {
    await writeFile(file, `${JSON.stringify(content, null, 2)}\n`).catch(({ message }: Error) => {
      throw new Error(
        `Expected --import-file to name a file that can be written, got ${JSON.stringify(file)}: ${message}.`,
      );
    });
  }
  return importAdvice(file, content);
}

/** If the stack's credentials cannot be decrypted, those of the environment replace them; its other values still apply. */
async function stackConfig(run: Parameters<typeof readStackConfig>[0], { warn }: CommandIo): Promise<StackConfig> {
  const { values, withoutSecrets } = await readStackConfig(run);
  if (withoutSecrets === undefined) return (key) => values.get(key);
  warn(`Using the credentials of the environment, because those of the stack cannot be read: ${withoutSecrets}`);
  return (key) => (credentialKeys.includes(key) ? undefined : values.get(key));
}

/** Of the stack's explicit providers. Without what decrypts them, their accounts are left out. */
async function providerConfigs(
  run: Parameters<typeof readProviderSettings>[0],
  { warn }: CommandIo,
): Promise<StackConfig[]> {
  try {
    return (await readProviderSettings(run)).map((settings) => (key: string) => settings[key]);
  } catch (error) {
    warn(`Leaving out the accounts of explicit providers, whose settings cannot be read: ${(error as Error).message}`);
    return [];
  }
}

const credentialKeys = ["upcloud:token", "upcloud:username", "upcloud:password"];

/** The addresses of all accounts, each once. */
async function listAccounts(configs: readonly StackConfig[], io: CommandIo): Promise<IpAddressWire[]> {
  const configurations = new Map<string, Configuration>();
  let missing: unknown;
  for (const config of configs) {
    try {
      const configuration = readConfiguration(config, io.env);
      configurations.set(JSON.stringify([configuration.credentials, configuration.baseUrl]), configuration);
    } catch (error) {
      // All resources of the stack may have explicit providers.
      if (!(error instanceof MissingCredentialsError)) throw error;
      missing = error;
    }
  }
  if (configurations.size === 0) throw missing;
  const found = new Map<string, IpAddressWire>();
  for (const configuration of configurations.values()) {
    for (const one of await listAddresses(configuration, io)) found.set(addressKey(one.address), one);
  }
  return [...found.values()];
}

async function listAddresses(configuration: Configuration, { warn }: CommandIo): Promise<IpAddressWire[]> {
  const client = createClient({
    ...configuration,
    onVersionChange: (from, to) => warn(versionNotice(from, to)),
  });
  try {
    return await client.ipAddresses.list();
  } finally {
    await client.close();
  }
}
