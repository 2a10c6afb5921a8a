import type { Family, IpAddressWire, ServerWire } from "../../api/wire";
import { isSameAddress, isSameNetwork } from "../../model/addresses";
import type { PowerCycleInput, ServerIpAddressInputs } from "../../model/inputs";
import { isUnknown } from "../../model/unknown";
import type { AddressCache } from "../account/addressCache";
import { describeServer } from "../powerCycle/errors";
import { documentedLimit, publicAddressesOn } from "./room";

/** Tells in a preview what would make the operation fail: on stderr, each thing once. Never fails a preview. */
export class PreviewWarnings {
  private readonly said = new Set<string>();
  private readonly planned = new Map<string, number>();
  private readonly toRelease: Release[] = [];

  constructor(
    private readonly cache: AddressCache,
    private readonly write: (line: string) => void,
  ) {}

  /** Of a resource that is to be replaced. Looks at nothing: the engine checks the new one next, which does. */
  willRelease({ server, access }: Pick<ServerIpAddressInputs, "server" | "access">, powerCycle: PowerCycleInput): void {
    // UpCloud never releases an address of the internal network.
    if (access === "public") this.toRelease.push({ server, powerCycle });
  }

  async beforeCreate(inputs: ServerIpAddressInputs, powerCycle: PowerCycleInput): Promise<void> {
    for (const release of this.toRelease.splice(0)) await this.beforeRelease(release);
    if (inputs.adopt === undefined) await this.beforeAssign(inputs, powerCycle);
    else await this.beforeAdopt(inputs.adopt, inputs);
  }

  /** Of a `PtrRecord` that is to be created. */
  async beforeRecord(address: string): Promise<void> {
    if (isUnknown(address)) return;
    const addresses = await this.cache.addressesIfAvailable();
    if (addresses === undefined || addresses.some((one) => isSameAddress(one.address, address))) return;
    this.once(
      `there is no address ${address} in the UpCloud account: correct the \`address\` of the PtrRecord, or remove that resource`,
    );
  }

  private async beforeAdopt(adopt: string, inputs: ServerIpAddressInputs): Promise<void> {
    if (isUnknown(adopt)) return;
    const addresses = await this.cache.addressesIfAvailable();
    if (addresses === undefined) return;
    const found = addresses.find(({ address }) => isSameAddress(address, adopt));
    if (found === undefined) {
      this.once(
        `there is no address ${adopt} in the UpCloud account to adopt: correct \`adopt\`, or remove it to have another address assigned`,
      );
      return;
    }
    const objection = objectionTo(found, inputs);
    if (objection !== undefined) this.once(`the address ${adopt}, which is to be adopted, ${objection}`);
  }

  private async beforeAssign(
    { server, family, access }: ServerIpAddressInputs,
    powerCycle: PowerCycleInput,
  ): Promise<void> {
    if ([server, family, access].some(isUnknown)) return;
    const [servers] = await Promise.all([this.cache.serversIfAvailable(), this.cache.addressesIfAvailable()]);
    if (servers === undefined) return;
    const found = servers.find(({ uuid }) => uuid === server);
    if (found === undefined) {
      this.once(`there is no server ${server} in the UpCloud account: correct the UUID, or create the server first`);
      return;
    }
    this.ofRunning(found, powerCycle);
    if (access === "public") await this.ofFull(found, family);
  }

  private async beforeRelease({ server, powerCycle }: Release): Promise<void> {
    const found = (await this.cache.serversIfAvailable())?.find(({ uuid }) => uuid === server);
    if (found !== undefined) this.ofRunning(found, powerCycle);
  }

  private ofRunning(server: ServerWire, powerCycle: PowerCycleInput): void {
    if (server.state === "stopped" || isUnknown(powerCycle)) return;
    if (server.state === "error") {
      this.once(`${describeServer(server)} is in the state "error", in which its addresses cannot be changed`);
      return;
    }
    this.once(
      powerCycle === false
        ? `${describeServer(server)} is ${server.state}, and UpCloud assigns and releases addresses only while it is stopped: stop it first, or set \`powerCycle: true\` (upcloud:powerCycle for the stack) to have it stopped and started again`
        : `${describeServer(server)} is ${server.state} and will be stopped, changed and started again, as powerCycle says`,
    );
  }

  private async ofFull(server: ServerWire, family: Family): Promise<void> {
    const addresses = await this.cache.addressesIfAvailable();
    if (addresses === undefined) return;
    const key = `${server.uuid} ${family}`;
    const planned = (this.planned.get(key) ?? 0) + 1;
    this.planned.set(key, planned);
    const present = publicAddressesOn(server.uuid, addresses, family);
    if (present + planned <= documentedLimit) return;
    this.once(
      `${describeServer(server)} has ${present} public ${family} addresses of the ${documentedLimit} that UpCloud allows, and may have no room for what this adds: release one first, or use another server`,
    );
  }

  private once(line: string): void {
    if (this.said.has(line)) return;
    this.said.add(line);
    this.write(`warning: ${line}.`);
  }
}

/** What speaks against adopting the address. The first that is found: create names the rest. */
function objectionTo(found: IpAddressWire, { server, access }: ServerIpAddressInputs): string | undefined {
  if (found.floating === "yes") {
    return "is floating, and a ServerIpAddress manages ordinary addresses only: use PtrRecord for its PTR record";
  }
  if (found.server !== server && !isUnknown(server)) {
    return `is on server ${found.server}, not on server ${server}: correct \`server\` or \`adopt\``;
  }
  if (!isUnknown(access) && !isSameNetwork(found.access, access)) {
    return `has access "${found.access}", not "${access}": correct \`access\` or \`adopt\``;
  }
  if (found.part_of_plan !== "yes") return undefined;
  return `is part of the plan of server ${found.server}: destroying the resource would release this main address of the server. Use PtrRecord where only its PTR record matters, or set \`retainOnDelete: true\``;
}

interface Release {
  server: string;
  powerCycle: PowerCycleInput;
}
