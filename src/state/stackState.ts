import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { isExplicitProvider } from "./explicitProviders";
import { type PulumiRun, runPulumi } from "./pulumiCli";

/** The addresses in a stack's state. Values that are encrypted there are `undefined`. */
export interface StackState {
  /** The beginning of every URN of the stack, such as `urn:pulumi:prod::web::`; absent if the stack has no resources. */
  urnPrefix?: string;
  addresses: StateAddress[];
  pendingOperations: PendingOperation[];
  /** Ids of all other resources, such as addresses that another provider manages. */
  otherIds: string[];
  /** Whether the program has providers with settings of their own for UpCloud. */
  hasExplicitProviders?: true;
}

export interface StateAddress {
  type: AddressType;
  urn: string;
  /** The address as UpCloud spells it. */
  id: string;
  server: string | undefined;
  /** Replaced or removed: the next operation deletes it, and it is managed until then. */
  pendingDelete: boolean;
  /** Only read with `get`, not managed. */
  external: boolean;
  /** When the engine created it, in ISO 8601; absent in states written before 2023. */
  created?: string | undefined;
  /** The PTR record that deleting it restores; absent if it has set none. */
  previousPtrRecord?: string | undefined;
}

/** An operation whose end is not recorded: it is running, or its CLI was killed. */
export interface PendingOperation {
  type: "creating" | "updating" | "deleting" | "reading" | "importing";
  resourceType: AddressType;
  urn: string;
  /** Absent while the resource is being created. */
  id?: string | undefined;
  /** As in `StateAddress`. */
  created?: string | undefined;
  /** The inputs that are plain strings. */
  inputs: Readonly<Record<string, string | undefined>>;
}

type AddressType = "ServerIpAddress" | "PtrRecord";

/**
 * The current state of a stack in its backend. Needs no lock and no passphrase, so it works while an `up` of the same stack is
 * running, and then shows what that `up` has saved so far.
 *
 * @param run.stack default: the selected stack of the project
 */
export async function readStackState(run: PulumiRun & { stack?: string | undefined }): Promise<StackState> {
  const args = ["stack", "export", ...(run.stack === undefined ? [] : ["--stack", run.stack])];
  return parseState(await runPulumi(args, run), `The output of \`pulumi ${args.join(" ")}\``);
}

/** Reads the output of `pulumi stack export`, or a checkpoint file of a self-managed backend, compressed or not. */
export async function readStateFile(file: string): Promise<StackState> {
  const bytes = await readFile(file);
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return parseState((isCompressed ? gunzipSync(bytes) : bytes).toString("utf8"), file);
}

/** @param source what error messages call the text */
export function parseState(text: string, source: string): StackState {
  const { resources, pending_operations } = deploymentIn(text, source);
  const stack: StackState = { addresses: [], pendingOperations: [], otherIds: [] };
  for (const { urn, type, id = "", inputs, outputs, created, ...flags } of resources ?? []) {
    const [urnPrefix] = /^urn:pulumi:.+?::.+?::/.exec(urn) ?? [];
    if (urnPrefix !== undefined) stack.urnPrefix ??= urnPrefix;
    const addressType = addressTypeOf(type);
    const isBeingDeleted = () =>
      pending_operations?.some(
        ({ type, resource }) => type === "deleting" && resource.urn === urn && resource.id === id,
      );
    // Deleted before its replacement is created: the address may belong to somebody else. The flag is set before the deletion.
    if (id === "" || (flags.pendingReplacement === true && !isBeingDeleted())) continue;
    if (isExplicitProvider({ type, inputs: inputs ?? {} })) stack.hasExplicitProviders = true;
    if (addressType === undefined) {
      stack.otherIds.push(id);
      continue;
    }
    stack.addresses.push({
      type: addressType,
      urn,
      id,
      server: strings(outputs).server ?? strings(inputs).server,
      pendingDelete: flags.delete === true,
      external: flags.external === true,
      created,
      previousPtrRecord: previousPtrRecordIn(outputs),
    });
  }
  for (const { type, resource } of pending_operations ?? []) {
    const resourceType = addressTypeOf(resource.type);
    if (resourceType === undefined) continue;
    const { urn, id, created, inputs } = resource;
    stack.pendingOperations.push({ type, resourceType, urn, id, created, inputs: strings(inputs) });
  }
  return stack;
}

/** What this file reads of Pulumi's deployment, version 3 and later. */
interface Deployment {
  resources?: StateResource[];
  pending_operations?: { type: PendingOperation["type"]; resource: StateResource }[];
}

interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  created?: string;
  delete?: boolean;
  pendingReplacement?: boolean;
  external?: boolean;
}

function deploymentIn(text: string, source: string): Deployment {
  const state = parseJson(text) as
    | { version?: number; deployment?: Deployment | null; checkpoint?: { latest?: Deployment | null } }
    | null
    | undefined;
  const isState = state?.deployment !== undefined || state?.checkpoint !== undefined;
  if (isState && (state.version ?? 0) >= 3) return state.deployment ?? state.checkpoint?.latest ?? {};
  throw new Error(
    `${source} is not the state of a Pulumi stack: expected the JSON of \`pulumi stack export\`, or a backend's checkpoint file, of version 3 or later.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function addressTypeOf(type: string): AddressType | undefined {
  return (["ServerIpAddress", "PtrRecord"] as const).find((name) => type === `pulumi-nodejs:dynamic/upcloud:${name}`);
}

function previousPtrRecordIn(outputs: Record<string, unknown> = {}): string | undefined {
  const { previousPtrRecord, defaultPtrRecord } = strings(outputs);
  return previousPtrRecord ?? (outputs.managesPtrRecord === true ? defaultPtrRecord : undefined);
}

/** Only plain strings: a secret is an object with its ciphertext. */
function strings(properties: Record<string, unknown> = {}): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => typeof value === "string")) as Record<
    string,
    string
  >;
}
