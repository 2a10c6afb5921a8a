import type { Family, IpAddressWire, ServerWire } from "../../api/wire";
import { isSameAddress, isSameNetwork } from "../../model/addresses";
import type { PowerCycleInput, ServerIpAddressInputs } from "../../model/inputs";
import { isUnknown } from "../../model/unknown";
import type { AddressCache } from "../account/addressCache";
import { describeServer } from "../powerCycle/errors";
import type { Warnings } from "../runtime/warnings";

/** Warns in a preview about what would make the operation fail. Never fails a preview. */
export class PreviewWarnings {
  private readonly planned = new Map<string, number>();
  private readonly toRelease: Release[] = [];

  constructor(
    private readonly cache: AddressCache,
    private readonly warnings: Warnings,
  ) {}

  /** The resource will be replaced. `beforeCreate` warns, when the engine checks the replacement next. */
  willRelease({ server, access }: Pick<ServerIpAddressInputs, "server" | "access">, powerCycle: PowerCycleInput): void {
    // UpCloud never releases an address of the internal network.
    if (access === "public") this.toRelease.push({ server, powerCycle });
  }

  async beforeCreate(inputs: ServerIpAddressInputs, powerCycle: PowerCycleInput): Promise<void> {
    for (const release of this.toRelease.splice(0)) await this.beforeRelease(release);
    if (inputs.adopt === undefined) await this.beforeAssign(inputs, powerCycle);
    else await this.beforeAdopt(inputs.adopt, inputs);
  }

  private async beforeAdopt(adopt: string, inputs: ServerIpAddressInputs): Promise<void> {
    if (isUnknown(adopt)) return;
    const addresses = await this.cache.addressesIfAvailable();
    if (addresses === undefined) return;
    const found = addresses.find(({ address }) => isSameAddress(address, adopt));
    if (found === undefined) {
      this.warnings.once(
        `there is no address ${adopt} in the UpCloud account to adopt: correct \`adopt\`, or remove it to get a new address`,
      );
      return;
    }
    const objection = objectionToAdopting(found, inputs);
    if (objection !== undefined) this.warnings.once(`the address to adopt, ${adopt}, ${objection}`);
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
      this.warnings.once(
        `there is no server ${server} in the UpCloud account: correct the UUID, or create the server first`,
      );
      return;
    }
    this.warnIfRunning(found, powerCycle);
    if (access === "public") await this.warnIfFull(found, family);
  }

  private async beforeRelease({ server, powerCycle }: Release): Promise<void> {
    const found = (await this.cache.serversIfAvailable())?.find(({ uuid }) => uuid === server);
    if (found !== undefined) this.warnIfRunning(found, powerCycle);
  }

  private warnIfRunning(server: ServerWire, powerCycle: PowerCycleInput): void {
    if (server.state === "stopped" || isUnknown(powerCycle)) return;
    if (server.state === "error") {
      this.warnings.once(`${describeServer(server)} is in the state "error", in which its addresses cannot be changed`);
      return;
    }
    this.warnings.once(
      powerCycle === false
        ? `${describeServer(server)} is ${server.state}, and UpCloud assigns and releases addresses only while it is stopped: stop it first, or set \`powerCycle: true\` (upcloud:powerCycle for the stack) to have it stopped and started again`
        : `${describeServer(server)} is ${server.state} and will be stopped, changed and started again, as powerCycle says`,
    );
  }

  private async warnIfFull(server: ServerWire, family: Family): Promise<void> {
    const addresses = await this.cache.addressesIfAvailable();
    if (addresses === undefined) return;
    const key = `${server.uuid} ${family}`;
    const planned = (this.planned.get(key) ?? 0) + 1;
    this.planned.set(key, planned);
    const present = publicAddressesOn(server.uuid, addresses, family);
    if (present + planned <= maxDocumentedAddresses) return;
    this.warnings.once(
      `${describeServer(server)} has ${present} public ${family} addresses, and the program adds more than UpCloud may allow (its documentation says ${maxDocumentedAddresses}): release some first, or use another server`,
    );
  }
}

/** The first reason not to adopt the address. */
function objectionToAdopting(found: IpAddressWire, { server, access }: ServerIpAddressInputs): string | undefined {
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
  return `is part of the plan of server ${found.server}: destroying the resource would release the server's main address. Set \`retainOnDelete: true\`, or use PtrRecord to manage only its PTR record`;
}

interface Release {
  server: string;
  powerCycle: PowerCycleInput;
}

/**
 * How many public addresses a server may have, per family or in total: UpCloud's documentation says both. Only for warnings,
 * since UpCloud decides.
 */
const maxDocumentedAddresses = 5;

const publicAddressesOn = (server: string, addresses: readonly IpAddressWire[], family: Family): number =>
  addresses.filter((one) => one.server === server && one.access === "public" && one.family === family).length;
