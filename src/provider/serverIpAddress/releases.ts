import type { JournalEntry } from "../../journal/journalEntry";
import { deadline } from "../../model/durations";
import type { PowerCycleInput } from "../../model/inputs";
import { messageOf } from "../../model/messageOf";
import { resourceNameIn } from "../../state/urns";
import { recentMs } from "../account/addressCache";
import { RestartError } from "../powerCycle/errors";
import type { Session } from "../session";
import { isDeleting, remainingOwner } from "../stack/ownership";
import type { Adoptions } from "./adoptions";
import type { ServerIpAddressState } from "./state";

type Shared = Pick<
  Session,
  | "client"
  | "addressCache"
  | "stackAddresses"
  | "stackState"
  | "claims"
  | "assignments"
  | "journal"
  | "holderElsewhere"
  | "powerCycles"
  | "powerCycleOf"
  | "isEngineAlive"
  | "notify"
>;

/** Releases addresses that are still ours: on the server that the state names, and owned by no other resource. */
export class Releases {
  /** What the program declares for addresses that are being replaced: delete gets only what their state says. */
  private readonly declaredPowerCycles = new Map<string, PowerCycleInput>();

  constructor(
    private readonly session: Shared,
    private readonly adoptions: Adoptions,
  ) {}

  willReplace(id: string, powerCycle: PowerCycleInput): void {
    this.declaredPowerCycles.set(id, powerCycle);
  }

  async release(id: string, state: ServerIpAddressState): Promise<void> {
    // An error hook repeats the delete: what may be left to do is the start of the server.
    if (this.session.claims.isReleased(id)) return this.session.powerCycles().restartIfPending(state.server);
    if (!(await this.mayRelease(id))) return;
    const signal = deadline(state.timeouts?.delete);
    const { server } = state;
    let isReleased = false;
    const releaseIfOurs = async (maxAgeMs: number) => {
      const { claims } = this.session;
      if (!(await this.isOurs(id, state, maxAgeMs, signal)) || claims.isKept(id) || claims.isReleased(id)) return;
      // The operation after the engine's end may have released the address meanwhile, and been assigned it anew.
      if (!(await this.session.isEngineAlive())) throw new Error(engineGone(id));
      await this.session.journal.removeFromBaselines(id);
      await this.releaseOnce(id, state, signal);
      this.session.claims.markReleased(id);
      await this.session.addressCache.invalidate(id);
      isReleased = true;
    };
    // UpCloud never releases an address of the internal network: no reason to stop the server first.
    if (state.access !== "public") return releaseIfOurs(recentMs);
    const powerCycle = this.declaredPowerCycles.get(id) ?? this.session.powerCycleOf(state);
    // Nor for one that is not ours any more.
    if (powerCycle !== false && !(await this.isOurs(id, state, recentMs, signal)))
      return this.session.powerCycles().restartIfPending(server);
    const request = { server, purpose: "release", powerCycle, signal } as const;
    // Until a server is stopped, minutes may pass in which somebody moves the address.
    const maxAgeMs = powerCycle === false ? recentMs : justNowMs;
    try {
      await this.session
        .powerCycles()
        .withServerStopped(request, (server) => releaseIfOurs(server === "gone" ? 0 : maxAgeMs));
    } catch (error) {
      if (!(error instanceof RestartError) || !isReleased) throw error;
      throw new Error(`The address is released. ${error.message}`, { cause: error });
    }
  }

  /** Whether no other resource owns the address, as far as the operation, the journal and the stack's state know. */
  private async mayRelease(id: string): Promise<boolean> {
    const { claims, notify } = this.session;
    if (claims.isKept(id) || this.adoptions.isAdopted(id)) return false;
    const elsewhere = await this.session.holderElsewhere(id);
    if (elsewhere?.isOfThisOperation) return false;
    if (elsewhere !== undefined) throw new HeldByAnotherOperationError(id, elsewhere.entry);
    const owner = await this.ownerInState(id);
    if (owner === undefined) return true;
    notify(`${id}: not released, because ${resourceNameIn(owner.urn)} has it in the stack's state.`);
    return false;
  }

  private async ownerInState(id: string): Promise<{ urn: string } | undefined> {
    const isOurStack = isDeleting("ServerIpAddress", id);
    try {
      const known = await this.session.stackState.atAnyTime(isOurStack);
      if (remainingOwner(known, id) === undefined) return undefined;
      // Which of the resources that have the address is deleted, a state of now shows.
      return remainingOwner(await this.session.stackState.asOfNow(isOurStack), id);
    } catch (cause) {
      throw new Error(
        `${id} is not released, because it is unknown whether another resource of the stack has it. ${messageOf(cause)}`,
      );
    }
  }

  /**
   * If the answer is lost, UpCloud may have released the address, and may give it to the next assign. So the request is
   * repeated only while nothing is assigned to the server, and only if nobody has got the address meanwhile.
   */
  private async releaseOnce(id: string, state: ServerIpAddressState, signal: AbortSignal): Promise<void> {
    const { server } = state;
    const { claims, assignments } = this.session;
    const { ipAddresses } = this.session.client();
    const spelled = await this.session.addressCache.spellingInUrls(id, signal);
    const ignoreGone = this.session.stackAddresses.ignoreGone(id, { server }, signal);
    let unlock: (() => void) | undefined;
    const isStillOurs = async () => {
      unlock ??= await assignments.lockOf(server).lock();
      if (!(await this.session.isEngineAlive())) throw new Error(engineGone(id));
      const answer = await ipAddresses.get(spelled, signal).catch(ignoreGone);
      if (answer?.server !== server || claims.isKept(id)) return false;
      // Another process may have got it, and wait for the answer that says so.
      await claims.waitForConcurrentAssigns(state);
      return (await this.session.holderElsewhere(id)) === undefined;
    };
    try {
      await ipAddresses.release(spelled, signal, isStillOurs).catch(ignoreGone);
    } finally {
      unlock?.();
    }
  }

  private async isOurs(
    id: string,
    { server }: ServerIpAddressState,
    maxAgeMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const answer = await this.session.stackAddresses.find(id, { server }, maxAgeMs, signal);
    if (answer === undefined) this.session.claims.markReleased(id);
    return answer?.server === server;
  }
}

const engineGone = (id: string) =>
  `Pulumi has ended, so ${id} is not released: run \`pulumi up\` or \`pulumi destroy\` again.`;

const justNowMs = 10_000;

/** A release that is in doubt would take the address from the other operation. */
class HeldByAnotherOperationError extends Error {
  override readonly name = "HeldByAnotherOperationError";

  constructor(address: string, { process: { id, host }, at }: JournalEntry) {
    super(
      `${address} is not released, because another operation (process ${id} on host ${host}, ${at}) has been assigned it or adopts it: run again when that operation has ended.`,
    );
  }
}
