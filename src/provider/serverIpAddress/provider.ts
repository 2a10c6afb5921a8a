import type * as pulumi from "@pulumi/pulumi";
import { ignoreServerGone } from "../../api/errors/upCloudError";
import type { IpAddressWire } from "../../api/wire";
import { deadline } from "../../model/durations";
import type { ProgramHints } from "../../model/hints";
import type { ServerIpAddressInputs } from "../../model/inputs";
import { messageOf } from "../../model/messageOf";
import { type CheckFailure, hasPassed } from "../../model/rules";
import { isUnknown, unknownValue } from "../../model/unknown";
import { recentMs } from "../account/addressCache";
import { assignedAnew } from "../assign/assignments";
import { RestartError } from "../powerCycle/errors";
import { initFailed, presentErrors } from "../runtime/engineErrors";
import type { Session } from "../session";
import { isTakenOverAddress } from "../stack/formerStates";
import { Acquisition } from "./acquisition";
import { Adoptions } from "./adoptions";
import { checkServerIpAddress, programHintsFrom } from "./check";
import { CreateTokens } from "./createTokens";
import { diffServerIpAddress } from "./diff";
import { PreviewWarnings } from "./previewWarnings";
import { declaredOrDefault, PtrSync } from "./ptrSync";
import { Releases } from "./releases";
import { fromState, type ObservedAddress, observedFrom, type ServerIpAddressState, toState } from "./state";

/** The life cycle of `ServerIpAddress`: inputs come out of check, states out of create, read and update. */
export class ServerIpAddressProvider implements pulumi.dynamic.ResourceProvider {
  private readonly adoptions = new Adoptions();
  private readonly createTokens = new CreateTokens();
  private readonly previewWarnings: PreviewWarnings;
  private readonly acquisition: Acquisition;
  private readonly ptrSync: PtrSync;
  private readonly releases: Releases;

  constructor(private readonly session: Session) {
    this.previewWarnings = new PreviewWarnings(session.addressCache, session.warnings);
    this.acquisition = new Acquisition(session);
    this.ptrSync = new PtrSync(session);
    this.releases = new Releases(session, this.adoptions);
  }

  async configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.session.configure((key) => config.get(key));
  }

  async check(olds: object, declared: Record<string, unknown>): Promise<pulumi.dynamic.CheckResult> {
    const { __provider, __program, ...news } = declared;
    const checked = checkServerIpAddress(news);
    const { inputs, failures } = checked;
    const hints = programHintsFrom(__program);
    this.adoptions.claim(inputs, hints.urn);
    failures.push(
      ...this.stackDefaultFailures(),
      ...this.ptrSync.claimAdopted(inputs),
      ...this.adoptions.conflicts(inputs, hints.urn),
    );
    if (hasPassed(checked)) {
      // The engine checks a replacement without olds too.
      const isToBeCreated = Object.keys(olds).length === 0;
      await this.expect(checked.inputs, hints, isToBeCreated);
      if (isToBeCreated) Object.assign(inputs, this.createToken(hints, __program));
    }
    return { inputs, failures };
  }

  async diff(id: string, olds: ServerIpAddressState, news: ServerIpAddressInputs): Promise<pulumi.dynamic.DiffResult> {
    return presentErrors(async () => {
      const difference = diffServerIpAddress(id, olds, news);
      if (difference.replaces === undefined) this.confirm(id, news);
      else this.expectReplacement(id, olds, news);
      return difference;
    });
  }

  /** Acquires an address, syncs its PTR record, and reports. As soon as there is an address, every failure carries its id. */
  async create(inputs: ServerIpAddressInputs): Promise<pulumi.dynamic.CreateResult> {
    const { expectedCreates, addressCache, journal } = this.session;
    expectedCreates.recordCreate(inputs.server);
    const signal = deadline(inputs.timeouts?.create);
    const assignment = { ...inputs, ...this.createTokens.resolve(inputs.__creation) };
    const { acquired, restartError } = await presentErrors(() => this.acquire(assignment, inputs, signal));
    const id = acquired.address;
    addressCache.recordSpelling(id);
    let observed = observedFrom(acquired);
    try {
      if (inputs.ptrRecord !== undefined) this.ptrSync.claim(id);
      observed = await this.ptrSync.resolveDefaultPtrRecord(id, inputs.server, observed, signal);
      observed = await this.ptrSync.syncPtrRecord(id, declaredOrDefault(inputs, observed), observed, signal);
    } catch (cause) {
      const failure = restartError?.combinedWith(cause) ?? cause;
      throw initFailed(failure, id, toState(inputs, observed, restartError), inputs);
    } finally {
      await journal.reported(assignment);
    }
    if (restartError === undefined) return { id, outs: toState(inputs, observed) };
    throw initFailed(restartError.withRetryAdvice(), id, toState(inputs, observed, restartError), inputs);
  }

  async read(id: string, state: Partial<ServerIpAddressState> = {}): Promise<pulumi.dynamic.ReadResult> {
    const found = await presentErrors(() => this.find(id, state));
    if (found === undefined || (isManaged(state) && found.server !== state.server)) {
      if (isManaged(state)) this.acknowledge(id);
      return {};
    }
    const observed = observedFrom(found, state.defaultPtrRecord);
    if (!isManaged(state)) return { id, props: { ...state, ...(await this.externalOutputs(found, observed)) } };
    this.session.claims.markOwned(id);
    const props = { ...state, ...observed } as ServerIpAddressState;
    // Of the inputs, only a PTR record that the program declares can drift.
    return { id, props, ...(props.managesPtrRecord && { inputs: fromState(props).inputs }) };
  }

  async update(
    id: string,
    olds: ServerIpAddressState,
    news: ServerIpAddressInputs,
  ): Promise<pulumi.dynamic.UpdateResult> {
    const signal = deadline(news.timeouts?.update);
    return presentErrors(async () => {
      if (isTakenOverAddress(id, olds, news)) return { outs: toState(news, await this.takeOver(id, news, signal)) };
      if (olds.leftStopped) await this.session.powerCycles().restart(olds.server);
      const isRecordRemoved = olds.managesPtrRecord === true && news.ptrRecord === undefined;
      const observed = isRecordRemoved
        ? await this.ptrSync.resetPtrRecord(id, olds, signal)
        : await this.ptrSync.syncPtrRecord(id, news.ptrRecord, fromState(olds).observed, signal);
      return { outs: toState(news, observed) };
    });
  }

  async delete(id: string, state: ServerIpAddressState): Promise<void> {
    await presentErrors(async () => {
      this.session.claims.markOwned(id);
      await this.releases.release(id, state);
      this.acknowledge(id);
      if (state.leftStopped) await this.session.powerCycles().restart(state.server).catch(ignoreServerGone);
    });
  }

  /** A default of the stack that cannot work is refused in the preview, like a value of the resource. */
  private stackDefaultFailures(): CheckFailure[] {
    try {
      this.session.defaultPowerCycle();
      return [];
    } catch (error) {
      return [{ property: "powerCycle", reason: messageOf(error) }];
    }
  }

  /** Tells the session what the program declares, and warns in a preview of what would fail. */
  private async expect(inputs: ServerIpAddressInputs, hints: Partial<ProgramHints>, isToBeCreated: boolean) {
    this.session.learn(hints);
    this.session.hasProgram = true;
    this.session.expectedCreates.recordCheck(inputs.server, hints, isToBeCreated);
    if (!this.session.isPreview || !isToBeCreated) return;
    await this.previewWarnings.beforeCreate(inputs, this.session.powerCycleOf(inputs));
  }

  /** Unknown in a preview: `pulumi up --plan` accepts any value where the plan has an unknown one, and no other. */
  private createToken({ urn, preview }: Partial<ProgramHints>, hints: unknown): { __creation?: string } {
    if (preview || isUnknown(hints)) return { __creation: unknownValue };
    return urn === undefined ? {} : { __creation: this.createTokens.issue(urn) };
  }

  private expectReplacement(id: string, olds: ServerIpAddressState, news: ServerIpAddressInputs): void {
    const powerCycle = this.session.powerCycleOf(news);
    this.releases.willReplace(id, powerCycle);
    this.session.expectedCreates.expectSecondCheck(news.server);
    if (this.session.isPreview) this.previewWarnings.willRelease(olds, powerCycle);
  }

  /** The resource keeps its address: nobody else may claim it, adopt it or set its PTR record. */
  private confirm(id: string, news: ServerIpAddressInputs): void {
    const { claims, notify, hasProgram } = this.session;
    // An address that is being replaced may have been released by an interrupted operation, and belong to another resource.
    if (hasProgram) {
      if (claims.isCreated(id)) notify(assignedAnew(id));
      claims.markOwned(id);
      this.acknowledge(id);
    }
    // Without `adopt`, the engine may still replace the resource and have the address released (`replaceOnChanges: ["#initerror"]`).
    if (news.adopt !== undefined) claims.keep(id);
    else this.adoptions.keep(id);
    if (news.ptrRecord !== undefined) this.ptrSync.claim(id);
  }

  /** Where the address was assigned and its server could not be started again, with that error. */
  private async acquire(...[assignment, inputs, signal]: Parameters<Acquisition["acquire"]>) {
    try {
      return { acquired: await this.acquisition.acquire(assignment, inputs, signal) };
    } catch (error) {
      if (!(error instanceof RestartError) || error.completed === undefined) throw error;
      return { acquired: error.completed.value as IpAddressWire, restartError: error };
    }
  }

  /** Of an address that a resource of another provider had, the state tells nothing but the id. */
  private async takeOver(id: string, news: ServerIpAddressInputs, signal: AbortSignal): Promise<ObservedAddress> {
    const found = await this.acquisition.findAdoptable(id, news, signal);
    const observed = await this.ptrSync.resolveDefaultPtrRecord(id, news.server, observedFrom(found), signal);
    return this.ptrSync.syncPtrRecord(id, news.ptrRecord, observed, signal);
  }

  /** The address is the id of a resource. A refresh, whose reads and diffs come without a program, leaves the journal to the next `up`. */
  private acknowledge(id: string): void {
    if (!this.session.isPreview) this.session.journal.acknowledge(id);
  }

  /** `undefined` where the address is gone. A program that reads an address that does not exist fails: the engine would give it a resource without values. */
  private async find(id: string, state: Partial<ServerIpAddressState>): Promise<IpAddressWire | undefined> {
    const { addressCache, stackAddresses } = this.session;
    if (!isInitialRead(state)) return stackAddresses.find(state.address ?? id, { server: state.server }, recentMs);
    const found = await addressCache.find(id, recentMs);
    if (found !== undefined) return found;
    throw new Error(`There is no address ${id} in the UpCloud account: correct the address that \`get\` is given.`);
  }

  /** The outputs of `get`. A default record that cannot be determined is no reason to fail. */
  private async externalOutputs(found: IpAddressWire, observed: ObservedAddress): Promise<ServerIpAddressState> {
    const { access, address, family, server = "" } = found;
    const resolved = this.ptrSync.resolveDefaultPtrRecord(address, server, observed).catch(() => observed);
    return { access, address, family, server, ...(await resolved) };
  }
}

/** `get` passes read no state at first, and later the address that it found. */
const isInitialRead = (state: Partial<ServerIpAddressState>) => state.server === undefined;
const isManaged = (state: Partial<ServerIpAddressState>) => !isInitialRead(state) && state.address === undefined;
