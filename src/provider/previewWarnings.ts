import type { Family, ServerWire } from "../api/wire";
import type { AccountSnapshot } from "./accountSnapshot";
import type { PowerCycle, ServerIpAddressInputs } from "./inputs";
import { documentedLimit, publicAddressesOn } from "./room";
import { nameOf } from "./serverFailures";
import { isUnknown } from "./unknown";

/** Tells in a preview what would make the operation fail: on stderr, each thing once. Never fails a preview. */
export class PreviewWarnings {
  private readonly said = new Set<string>();
  private readonly planned = new Map<string, number>();

  constructor(
    private readonly snapshot: AccountSnapshot,
    private readonly write: (line: string) => void,
  ) {}

  async beforeAssign(inputs: ServerIpAddressInputs, powerCycle: PowerCycle): Promise<void> {
    const { server, family, access, adopt } = inputs;
    if (adopt !== undefined || [server, family, access].some(isUnknown)) return;
    const [servers] = await Promise.all([this.snapshot.serversIfAny(), this.snapshot.addressesIfAny()]);
    if (servers === undefined) return;
    const found = servers.find(({ uuid }) => uuid === server);
    if (found === undefined) {
      this.once(`there is no server ${server} in the UpCloud account: correct the UUID, or create the server first`);
      return;
    }
    this.ofRunning(found, powerCycle);
    if (access === "public") await this.ofFull(found, family);
  }

  async beforeRelease(server: string, powerCycle: PowerCycle): Promise<void> {
    const found = (await this.snapshot.serversIfAny())?.find(({ uuid }) => uuid === server);
    if (found !== undefined) this.ofRunning(found, powerCycle);
  }

  private ofRunning(server: ServerWire, powerCycle: PowerCycle): void {
    if (server.state === "stopped" || isUnknown(powerCycle)) return;
    if (server.state === "error") {
      this.once(`${nameOf(server)} is in the state "error", in which its addresses cannot be changed`);
      return;
    }
    this.once(
      powerCycle === false
        ? `${nameOf(server)} is ${server.state}, and UpCloud assigns and releases addresses only while it is stopped: stop it first, or set \`powerCycle: true\` (upcloud:powerCycle for the stack) to have it stopped and started again`
        : `${nameOf(server)} is ${server.state} and will be stopped, changed and started again, as powerCycle says`,
    );
  }

  private async ofFull(server: ServerWire, family: Family): Promise<void> {
    const addresses = await this.snapshot.addressesIfAny();
    if (addresses === undefined) return;
    const key = `${server.uuid} ${family}`;
    const planned = (this.planned.get(key) ?? 0) + 1;
    this.planned.set(key, planned);
    const present = publicAddressesOn(server.uuid, addresses, family);
    if (present + planned <= documentedLimit) return;
    this.once(
      `${nameOf(server)} has ${present} public ${family} addresses of the ${documentedLimit} that UpCloud allows, and may have no room for what this adds: release one first, or use another server`,
    );
  }

  private once(line: string): void {
    if (this.said.has(line)) return;
    this.said.add(line);
    this.write(`warning: ${line}.`);
  }
}
