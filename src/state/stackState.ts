import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { type PulumiRun, runPulumi } from "./pulumiCli";

/** What a stack's state says of addresses. Values that are encrypted there count as unknown: `undefined`. */
export interface StackState {
  /** How every URN of the stack begins, such as `urn:pulumi:prod::web::`; absent of a stack without resources. */
  urnPrefix?: string;
  addresses: StateAddress[];
  pendingOperations: PendingOperation[];
  /** Ids of all other resources, such as addresses that another provider manages. */
  otherIds: string[];
}

export interface StateAddress {
  type: AddressType;
  urn: string;
  /** The address as UpCloud spells it. */
  id: string;
  server: string | undefined;
  /** Replaced or removed, and to be deleted by the next operation: managed until then. */
  pendingDelete: boolean;
  /** Only read (`get`), not managed. */
  external: boolean;
  /** When the engine created it, in ISO 8601; absent in states from before 2023. */
  created?: string | undefined;
  /** The PTR record that it puts back one day; absent where it has set none. */
  previousPtrRecord?: string | undefined;
}

/** An operation that began and whose end was never recorded: it is under way, or its CLI was killed. */
export interface PendingOperation {
  type: "creating" | "updating" | "deleting" | "reading" | "importing";
  resourceType: AddressType;
  urn: string;
  /** Absent of a resource that is being created. */
  id?: string | undefined;
  /** As of `StateAddress`. */
  created?: string | undefined;
  /** Those inputs that are plain strings. */
  inputs: Readonly<Record<string, string | undefined>>;
}

type AddressType = "ServerIpAddress" | "PtrRecord";

/**
 * The state of a stack as its backend has it now. Takes no lock and no passphrase, so it works while an `up` of the same
 * stack is under way, and then shows what that `up` has saved so far.
 *
 * @param run.stack default: the stack that is selected in the project
 */
export async function readStackState(run: PulumiRun & { stack?: string | undefined }): Promise<StackState> {
  const args = ["stack", "export", ...(run.stack === undefined ? [] : ["--stack", run.stack])];
  return parseState(await runPulumi(args, run), `The output of \`pulumi ${args.join(" ")}\``);
}

/** A file of `pulumi stack export`, or a checkpoint as a self-managed backend keeps it, compressed or not. */
export async function readStateFile(file: string): Promise<StackState> {
  const bytes = await readFile(file);
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return parseState((isCompressed ? gunzipSync(bytes) : bytes).toString("utf8"), file);
}

/** @param source what the message of a failure calls the text */
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
    // Of one that was deleted before it is replaced, what it had may be another's by now. The mark is set before the deletion.
    if (id === "" || (flags.pendingReplacement === true && !isBeingDeleted())) continue;
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

/** Of Pulumi's deployment, version 3 and later, what is read here. */
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

/** A secret is an object with its ciphertext. */
function strings(properties: Record<string, unknown> = {}): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => typeof value === "string")) as Record<
    string,
    string
  >;
}
