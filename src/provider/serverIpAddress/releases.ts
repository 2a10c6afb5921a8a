import type { JournalEntry } from "../../journal/journalEntry";
import { addressKey, isSameAddress } from "../../model/addresses";
import { deadline } from "../../model/durations";
import type { PowerCycleInput } from "../../model/inputs";
import { messageOf } from "../../model/messageOf";
import { resourceNameIn } from "../../state/urns";
import { sharedListMaxAgeMs } from "../account/addressCache";
import { RestartError } from "../powerCycle/errors";
import type { SeenServer } from "../powerCycle/observedServer";
import type { Session } from "../session";
import { isDeleting, remainingHolder } from "../stack/ownership";
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
  | "expectedReleases"
  | "powerCycles"
  | "powerCycleOf"
  | "isEngineAlive"
  | "notify"
>;

/** Releases an address only if it is still on the server of its state, and no other resource has it. */
export class Releases {
  /** By id, of addresses that are being replaced: delete receives the state's value, not the program's. */
  private readonly declaredPowerCycles = new Map<string, PowerCycleInput>();
  /** By address. Resources that have the same one release it in turn: once it is released, UpCloud may assign it to anybody. */
  private readonly lastRelease = new Map<string, Promise<void>>();

  constructor(
    private readonly session: Shared,
    private readonly adoptions: Adoptions,
  ) {}

  recordReplacement(id: string, powerCycle: PowerCycleInput): void {
    this.declaredPowerCycles.set(id, powerCycle);
  }

  async release(id: string, state: ServerIpAddressState): Promise<void> {
    this.session.expectedReleases.settle(id);
    const previous = this.lastRelease.get(addressKey(id)) ?? Promise.resolve();
    const release = previous.catch(() => undefined).then(() => this.releaseInTurn(id, state));
    this.lastRelease.set(addressKey(id), release);
    return release;
  }

  private async releaseInTurn(id: string, state: ServerIpAddressState): Promise<void> {
    // Another resource has released it, or an error hook repeats the delete: only the server's start may be missing.
    if (this.session.claims.isReleased(id)) return this.session.powerCycles().restartIfPending(state.server);
    if (!(await this.verifyNoOtherHolder(id))) return;
    const signal = deadline(state.timeouts?.delete);
    const { server } = state;
    let isReleased = false;
    const releaseIfOurs = async (maxAgeMs: number, { addresses = [] }: SeenServer = {}) => {
      const { claims } = this.session;
      const isOnServer =
        addresses.some((address) => isSameAddress(address, id)) ||
        (await this.verifyOnServer(id, state, maxAgeMs, signal));
      if (!isOnServer || claims.isKept(id) || claims.isReleased(id)) return;
      // An operation that followed may have released the address meanwhile, and been assigned it again.
      if (!(await this.session.isEngineAlive())) throw new Error(engineGoneMessage(id));
      await this.session.journal.removeFromBaselines(id);
      await this.sendRelease(id, state, signal);
      this.session.claims.markReleased(id);
      await this.session.addressCache.invalidate(id);
      isReleased = true;
    };
    // UpCloud refuses to release internal addresses: do not stop the server for that.
    if (state.access !== "public") return releaseIfOurs(sharedListMaxAgeMs);
    const powerCycle = this.declaredPowerCycles.get(id) ?? this.session.powerCycleOf(state);
    // Do not stop the server for an address that is not ours any more either.
    if (powerCycle !== false && !(await this.verifyOnServer(id, state, sharedListMaxAgeMs, signal)))
      return this.session.powerCycles().restartIfPending(server);
    const request = { server, purpose: "release", powerCycle, signal } as const;
    // Stopping the server may take minutes, in which somebody may move the address.
    const maxAgeMs = powerCycle === false ? sharedListMaxAgeMs : stoppedServerMaxAgeMs;
    try {
      await this.session
        .powerCycles()
        .withServerStopped(request, (seen) => releaseIfOurs(seen.isGone ? 0 : maxAgeMs, seen));
    } catch (error) {
      if (!(error instanceof RestartError) || !isReleased) throw error;
      throw new Error(`The address was released. ${error.message}`, { cause: error });
    }
  }

  /** Whether no other resource has the address, according to the operation, the journal and the stack's state. */
  private async verifyNoOtherHolder(id: string): Promise<boolean> {
    const { claims, notify } = this.session;
    if (claims.isKept(id) || this.adoptions.isAdopted(id)) return false;
    const elsewhere = await this.session.holderElsewhere(id);
    if (elsewhere?.isOfThisOperation) return false;
    if (elsewhere !== undefined) throw new HeldByAnotherOperationError(id, elsewhere.entry);
    const holder = await this.findHolderInState(id);
    if (holder === undefined) return true;
    notify(`${id}: not released, because it belongs to ${resourceNameIn(holder.urn)} in the stack's state.`);
    return false;
  }

  private async findHolderInState(id: string): Promise<{ urn: string } | undefined> {
    const isOurStack = isDeleting("ServerIpAddress", id);
    try {
      const known = await this.session.stackState.cached(isOurStack);
      this.session.expectedReleases.recordState(known.addresses);
      if (remainingHolder(known, id) === undefined) return undefined;
      // Only a fresh state shows which of the resources with this address are being deleted.
      return remainingHolder(await this.session.stackState.fresh(isOurStack), id);
    } catch (cause) {
      throw new Error(
        `${id} was not released, because it is unknown whether another resource of the stack has it. ${messageOf(cause)}`,
      );
    }
  }

  /**
   * If the answer is lost, UpCloud may have released the address, and may assign it again. So the request is repeated only
   * under a lock that excludes assigns to the server, and only if nobody else has the address.
   */
  private async sendRelease(id: string, state: ServerIpAddressState, signal: AbortSignal): Promise<void> {
    const { server } = state;
    const { claims, assignments } = this.session;
    const { ipAddresses } = this.session.client();
    const spelling = await this.session.addressCache.spellingInUrls(id, signal);
    const ignoreGone = this.session.stackAddresses.ignoreGone(id, { server }, signal);
    let unlock: (() => void) | undefined;
    const mayRetry = async () => {
      unlock ??= await assignments.lockOf(server).lock();
      if (!(await this.session.isEngineAlive())) throw new Error(engineGoneMessage(id));
      const found = await ipAddresses.get(spelling, signal).catch(ignoreGone);
      if (found?.server !== server || claims.isKept(id)) return false;
      // An assign of another process, still without its answer, may have been given the address.
      await claims.waitForConcurrentAssigns(state);
      return (await this.session.holderElsewhere(id)) === undefined;
    };
    try {
      await ipAddresses.release(spelling, signal, mayRetry).catch(ignoreGone);
    } finally {
      unlock?.();
    }
  }

  private async verifyOnServer(
    id: string,
    { server }: ServerIpAddressState,
    maxAgeMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const found = await this.session.stackAddresses.find(id, { server }, maxAgeMs, signal);
    if (found === undefined) this.session.claims.markReleased(id);
    return found?.server === server;
  }
}

const engineGoneMessage = (id: string) =>
  `${id} was not released, because Pulumi has exited: run \`pulumi up\` or \`pulumi destroy\` again.`;

const stoppedServerMaxAgeMs = 10_000;

/** Releasing the address would take it from the other operation. */
class HeldByAnotherOperationError extends Error {
  override readonly name = "HeldByAnotherOperationError";

  constructor(address: string, { process: { id, host }, at }: JournalEntry) {
    super(
      `${address} was not released, because another operation (process ${id} on host ${host}, ${at}) has assigned or adopted it: run again when that operation has ended.`,
    );
  }
}
