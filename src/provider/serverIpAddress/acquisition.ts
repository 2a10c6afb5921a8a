import { ignoreGone } from "../../api/errors/upCloudError";
import type { IpAddressWire } from "../../api/wire";
import type { Assignment } from "../../journal/journalEntry";
import type { ServerIpAddressInputs } from "../../model/inputs";
import type { Session } from "../session";
import { adoptable } from "./adoptable";

type Shared = Pick<
  Session,
  "client" | "addressCache" | "createRecovery" | "assignments" | "claims" | "journal" | "powerCycles" | "powerCycleOf"
>;

/** How a `ServerIpAddress` gets its address: recovered from an interrupted create, assigned, or adopted. */
export class Acquisition {
  constructor(private readonly session: Shared) {}

  /** Throws a `RestartError` with the address if the server could not be started again after the assign. */
  acquire(assignment: Assignment, inputs: ServerIpAddressInputs, signal: AbortSignal): Promise<IpAddressWire> {
    const { adopt } = inputs;
    return adopt === undefined ? this.assign(assignment, inputs, signal) : this.adopt(adopt, assignment, signal);
  }

  /** The address. Throws if a resource with these inputs cannot adopt it. */
  async findAdoptable(
    address: string,
    wanted: Pick<ServerIpAddressInputs, "server" | "access">,
    signal: AbortSignal,
  ): Promise<IpAddressWire> {
    const spelling = await this.session.addressCache.spellingInUrls(address, signal);
    const found = await this.session.client().ipAddresses.get(spelling, signal).catch(ignoreGone);
    return adoptable(address, found, wanted);
  }

  private async assign(
    assignment: Assignment,
    inputs: ServerIpAddressInputs,
    signal: AbortSignal,
  ): Promise<IpAddressWire> {
    const { createRecovery, assignments } = this.session;
    const powerCycles = this.session.powerCycles();
    const recovered = await createRecovery.recover(assignment, signal);
    if (recovered !== undefined) {
      await powerCycles.restartIfPending(inputs.server, recovered);
      return recovered;
    }
    const powerCycle = this.session.powerCycleOf(inputs);
    const beforeStop = () => assignments.initialList(assignment);
    const request = { server: inputs.server, purpose: "assign", powerCycle, signal, beforeStop } as const;
    return powerCycles.withServerStopped(request, () => assignments.assign(assignment, signal));
  }

  private async adopt(address: string, assignment: Assignment, signal: AbortSignal): Promise<IpAddressWire> {
    const { claims, journal } = this.session;
    if (!claims.claimInProcess(address, assignment)) {
      throw new Error(
        `Address ${address} was just taken over by another resource of the program, for which it had been assigned: remove \`adopt\`, or the other resource.`,
      );
    }
    await journal.beginAdoption(assignment, address);
    try {
      const found = await this.findAdoptable(address, assignment, signal);
      journal.acknowledge(found.address);
      return found;
    } catch (error) {
      journal.drop(assignment);
      throw error;
    }
  }
}
