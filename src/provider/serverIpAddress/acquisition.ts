import { ignoreGone } from "../../api/errors/upCloudError";
import type { IpAddressWire } from "../../api/wire";
import type { Assignment } from "../../journal/journalEntry";
import type { ServerIpAddressInputs } from "../../model/inputs";
import type { Changed } from "../powerCycle/powerCycles";
import type { Session } from "../session";
import { adoptable } from "./adoptable";

/** How a `ServerIpAddress` gets its address: it takes over what an interrupted create has left, assigns, or adopts. */
export class Acquisition {
  constructor(private readonly session: Session) {}

  acquire(assignment: Assignment, inputs: ServerIpAddressInputs, signal: AbortSignal): Promise<Changed<IpAddressWire>> {
    const { adopt } = inputs;
    return adopt === undefined ? this.assign(assignment, inputs, signal) : this.adopt(adopt, assignment, signal);
  }

  /** The address, where a resource with these inputs can have it. */
  async find(
    address: string,
    wanted: Pick<ServerIpAddressInputs, "server" | "access">,
    signal: AbortSignal,
  ): Promise<IpAddressWire> {
    const spelled = await this.session.snapshot.spelled(address, signal);
    const found = await this.session.client().ipAddresses.get(spelled, signal).catch(ignoreGone);
    return adoptable(address, found, wanted);
  }

  private async assign(
    assignment: Assignment,
    inputs: ServerIpAddressInputs,
    signal: AbortSignal,
  ): Promise<Changed<IpAddressWire>> {
    const recovered = await this.session.createRecovery.recover(assignment, signal);
    if (recovered !== undefined) {
      const notStarted = await this.session.stoppedServers().startIfOwed(inputs.server);
      return { value: recovered, ...(notStarted !== undefined && { notStarted }) };
    }
    const request = {
      server: inputs.server,
      purpose: "assign",
      powerCycle: this.session.powerCycleOf(inputs),
      signal,
    } as const;
    return this.session
      .stoppedServers()
      .whileStopped(request, () => this.session.assignments.assign(assignment, signal));
  }

  private async adopt(address: string, assignment: Assignment, signal: AbortSignal): Promise<Changed<IpAddressWire>> {
    const { claims, journal } = this.session;
    if (!claims.claimInProcess(address, assignment)) {
      throw new Error(
        `The address ${address} was just taken over by another resource of the program, for which it had been assigned: remove \`adopt\`, or the other resource.`,
      );
    }
    await journal.beginAdoption(assignment, address);
    try {
      const answer = await this.find(address, assignment, signal);
      journal.acknowledge(answer.address);
      return { value: answer };
    } catch (error) {
      journal.drop(assignment);
      throw error;
    }
  }
}
