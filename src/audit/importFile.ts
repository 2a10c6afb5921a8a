import type { IpAddressWire } from "../api/wire";
import { isGivenByUpCloud } from "../model/addresses";
import { addressFromWire } from "../model/addressFromWire";
import type { StackState } from "../state/stackState";
import { resourceNameIn } from "../state/urns";
import type { Audit, Suspect } from "./audit";

/** What `pulumi import --file` reads, from CLI 3.254 on. With `outputs` it asks the provider for nothing. */
export interface ImportFile {
  resources: ImportedAddress[];
}

interface ImportedAddress {
  type: "pulumi-nodejs:dynamic/upcloud:ServerIpAddress";
  name: string;
  /** The address. */
  id: string;
  inputs: { server: string; family: string; access: string; ptrRecord?: string; __provider: string };
  /** The state that a create would have saved. */
  outputs: object;
}

/** As `dynamicProvider` declares it: a test keeps both equal. */
const lifecycle = 'exports.handler = () => require("pulumi-upcloud-ip/provider").serverIpAddress;';

/** The addresses that look lost as resources to import. Those that are only possibly lost are left out: somebody else may use them. */
export function importFileOf(
  { suspects }: Audit,
  account: readonly IpAddressWire[],
  states: readonly StackState[],
): ImportFile {
  const wires = new Map(account.map((wire) => [wire.address, wire]));
  const taken = new Set(states.flatMap(({ addresses }) => addresses.map(({ urn }) => resourceNameIn(urn))));
  const resources = suspects.flatMap((suspect) => {
    const wire = wires.get(suspect.address);
    if (wire?.server === undefined) return [];
    const name = nameOf(suspect, taken);
    taken.add(name);
    return [importedAddress(name, wire, wire.server)];
  });
  return { resources };
}

/** The name of the resource that the create was meant for, if it is free. A component's child needs a parent that no state tells. */
function nameOf({ address, resource }: Suspect, taken: ReadonlySet<string>): string {
  const isFree = resource !== undefined && !taken.has(resource.name) && !resource.urn.includes("$");
  return isFree ? resource.name : `ip-${address.replace(/[.:]+/g, "-")}`;
}

function importedAddress(name: string, wire: IpAddressWire, server: string): ImportedAddress {
  const { address, floating, ...observed } = addressFromWire(wire);
  const { family, access, ptrRecord } = observed;
  const isDeclared = !isGivenByUpCloud(ptrRecord);
  const inputs = { server, family, access, ...(isDeclared && { ptrRecord }), __provider: lifecycle };
  const outputs = { ...observed, ...(isDeclared && { managesPtrRecord: true }), __provider: lifecycle };
  return { type: "pulumi-nodejs:dynamic/upcloud:ServerIpAddress", name, id: address, inputs, outputs };
}

/** What to do with the file, and the declarations without which the next `pulumi up` would delete what has been imported. */
export function importAdvice(file: string, { resources }: ImportFile): string {
  if (resources.length === 0) return `${file} was not written, because there is nothing to import.\n`;
  return `To take over the addresses that look lost, all at once and without a request to UpCloud, add to the program:

${resources.map((one) => `  ${declarationOf(one)}`).join("\n")}

and run \`pulumi import --file ${file} --generate-code=false\` (Pulumi CLI 3.254 or newer) before the next \`pulumi up\`.
`;
}

/** Defaults are left out. `protect`, because `pulumi import` protects what it imports. */
function declarationOf({ name, inputs: { server, family, access, ptrRecord } }: ImportedAddress): string {
  const args = {
    server,
    ...(family !== "IPv4" && { family }),
    ...(access !== "public" && { access }),
    ...(ptrRecord !== undefined && { ptrRecord }),
  };
  const text = Object.entries(args).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `new ServerIpAddress(${JSON.stringify(name)}, { ${text.join(", ")} }, { protect: true });`;
}
