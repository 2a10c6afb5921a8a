import type * as pulumi from "@pulumi/pulumi";
import { ignoreServerGone } from "../../api/errors/upCloudError";
import type { IpAddressWire, ReleasePolicy } from "../../api/wire";
import { deadline } from "../../model/durations";
import type { ProgramHints } from "../../model/hints";
import type { ServerIpAddressInputs } from "../../model/inputs";
import { hasPassed } from "../../model/rules";
import { isUnknown, unknownValue } from "../../model/unknown";
import { sharedListMaxAgeMs } from "../account/addressCache";
import { reassignedNotice } from "../assign/assignments";
import { RestartError } from "../powerCycle/errors";
import { initFailed, presentErrors } from "../runtime/engineErrors";
import type { Session } from "../session";
import { needsAddressTakeover } from "../stack/formerStates";
import { Acquisition } from "./acquisition";
import { Adoptions } from "./adoptions";
import { checkServerIpAddress, programHintsFrom, releasePolicyFailures } from "./check";
import { CreateTokens } from "./createTokens";
import { diffServerIpAddress } from "./diff";
import { PreviewWarnings } from "./previewWarnings";
import { declaredOrDefault, PtrSync } from "./ptrSync";
import { Releases } from "./releases";
import { fromState, type ObservedAddress, observedFrom, type ServerIpAddressState, toState } from "./state";

/** The lifecycle of `ServerIpAddress`. */
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
      ...this.session.configurationFailures(),
      ...this.ptrSync.claimAdopted(inputs),
      ...this.adoptions.conflicts(inputs, hints.urn),
    );
    failures.push(...releasePolicyFailures(inputs, this.session.apiVersion()));
    if (hasPassed(checked)) {
      // The engine checks a replacement without olds too.
      const isToBeCreated = Object.keys(olds).length === 0;
      await this.recordDeclaration(checked.inputs, hints, isToBeCreated);
      if (isToBeCreated) Object.assign(inputs, this.issueToken(hints, __program));
    } else if (typeof inputs.server === "string") {
      // Nobody waits for an address that the engine will not create.
      this.session.expectedCreates.recordCheck(inputs.server, hints, false);
    }
    return { inputs, failures };
  }

  async diff(id: string, olds: ServerIpAddressState, news: ServerIpAddressInputs): Promise<pulumi.dynamic.DiffResult> {
    return presentErrors(async () => {
      const difference = diffServerIpAddress(id, olds, news);
      if (difference.replaces === undefined) this.keepAddress(id, news);
      else this.expectReplacement(id, olds, news);
      return difference;
    });
  }

  /** Acquires an address and syncs its PTR record. As soon as there is an address, every failure carries its id. */
  async create(inputs: ServerIpAddressInputs): Promise<pulumi.dynamic.CreateResult> {
    const { expectedCreates, expectedReleases, addressCache, journal } = this.session;
    expectedCreates.recordCreate(inputs.server);
    const signal = deadline(inputs.timeouts?.create);
    const assignment = { ...inputs, ...this.createTokens.resolve(inputs.__creation) };
    const { acquired, restartError } = await presentErrors(() => this.acquire(assignment, inputs, signal));
    const id = acquired.address;
    expectedReleases.settle(id);
    addressCache.recordSpelling(id);
    let observed = observedFrom(acquired);
    const policy = policyToSet(acquired.release_policy, inputs.releasePolicy);
    try {
      if (inputs.ptrRecord !== undefined) this.ptrSync.claim(id);
      observed = await this.ptrSync.resolveDefaultPtrRecord(id, inputs.server, observed, signal);
      observed = await this.ptrSync.syncPtrRecord(id, declaredOrDefault(inputs, observed), observed, signal, policy);
    } catch (cause) {
      const failure = restartError?.combinedWith(cause) ?? cause;
      throw initFailed(failure, id, toState(policy ? withoutPolicy(inputs) : inputs, observed, restartError), inputs);
    } finally {
      await journal.recordReported(assignment);
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
    if (props.releasePolicy !== undefined) props.releasePolicy = found.release_policy ?? props.releasePolicy;
    // Of the inputs, only a declared PTR record and a declared release policy can drift.
    const canDrift = props.managesPtrRecord || props.releasePolicy !== undefined;
    return { id, props, ...(canDrift && { inputs: fromState(props).inputs }) };
  }

  async update(
    id: string,
    olds: ServerIpAddressState,
    news: ServerIpAddressInputs,
  ): Promise<pulumi.dynamic.UpdateResult> {
    const signal = deadline(news.timeouts?.update);
    return presentErrors(async () => {
      if (needsAddressTakeover(id, olds, news)) return { outs: toState(news, await this.takeOver(id, news, signal)) };
      if (olds.leftStopped) await this.session.powerCycles().restart(olds.server);
      const isRecordRemoved = olds.managesPtrRecord === true && news.ptrRecord === undefined;
      const policy = policyToSet(olds.releasePolicy, news.releasePolicy ?? (olds.releasePolicy && "release"));
      const observed = isRecordRemoved
        ? await this.ptrSync.resetPtrRecord(id, olds, signal, policy)
        : await this.ptrSync.syncPtrRecord(id, news.ptrRecord, fromState(olds).observed, signal, policy);
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

  /** Records what the program declares, and warns in a preview. */
  private async recordDeclaration(inputs: ServerIpAddressInputs, hints: Partial<ProgramHints>, isToBeCreated: boolean) {
    this.session.recordHints(hints);
    this.session.expectedCreates.recordCheck(inputs.server, hints, isToBeCreated);
    if (!this.session.isPreview || !isToBeCreated) return;
    await this.previewWarnings.beforeCreate(inputs, this.session.powerCycleOf(inputs));
  }

  /** Unknown in a preview, because `pulumi up --plan` only then accepts any value. */
  private issueToken({ urn, preview }: Partial<ProgramHints>, hints: unknown): { __creation?: string } {
    if (preview || isUnknown(hints)) return { __creation: unknownValue };
    return urn === undefined ? {} : { __creation: this.createTokens.issue(urn) };
  }

  private expectReplacement(id: string, olds: ServerIpAddressState, news: ServerIpAddressInputs): void {
    const powerCycle = this.session.powerCycleOf(news);
    this.releases.recordReplacement(id, powerCycle);
    this.session.expectedCreates.expectSecondCheck(news.server);
    if (this.session.isPreview) this.previewWarnings.willRelease(olds, powerCycle);
  }

  /** The resource keeps its address: no other one may claim it, adopt it or set its PTR record. */
  private keepAddress(id: string, news: ServerIpAddressInputs): void {
    const { claims, notify, hasProgram, expectedReleases } = this.session;
    expectedReleases.settle(id);
    // A refresh also diffs resources that are pending replacement: their addresses may have been released, and assigned again.
    if (hasProgram) {
      if (claims.isCreated(id)) notify(reassignedNotice(id));
      claims.markOwned(id);
      this.acknowledge(id);
    }
    // Without `adopt` it is not marked as kept: the engine may still replace the resource (`replaceOnChanges: ["#initerror"]`).
    if (news.adopt !== undefined) claims.markKept(id);
    else this.adoptions.claimKept(id);
    if (news.ptrRecord !== undefined) this.ptrSync.claim(id);
  }

  /** Turns a `RestartError` with an address into a result. */
  private async acquire(...[assignment, inputs, signal]: Parameters<Acquisition["acquire"]>) {
    try {
      return { acquired: await this.acquisition.acquire(assignment, inputs, signal) };
    } catch (error) {
      if (!(error instanceof RestartError) || error.completed === undefined) throw error;
      return { acquired: error.completed.value as IpAddressWire, restartError: error };
    }
  }

  /** Takes over an address of another provider's resource. Nothing of its state is used, except for the id. */
  private async takeOver(id: string, news: ServerIpAddressInputs, signal: AbortSignal): Promise<ObservedAddress> {
    const found = await this.acquisition.findAdoptable(id, news, signal);
    const observed = await this.ptrSync.resolveDefaultPtrRecord(id, news.server, observedFrom(found), signal);
    const policy = policyToSet(found.release_policy, news.releasePolicy);
    return this.ptrSync.syncPtrRecord(id, news.ptrRecord, observed, signal, policy);
  }

  /** The address is the id of a resource, so the journal's entry is not needed any more. A preview changes nothing. */
  private acknowledge(id: string): void {
    if (!this.session.isPreview) this.session.journal.acknowledge(id);
  }

  /** `undefined` if the address is gone. For a `get` it throws instead: the engine would return a resource without values. */
  private async find(id: string, state: Partial<ServerIpAddressState>): Promise<IpAddressWire | undefined> {
    const { addressCache, stackAddresses } = this.session;
    if (!isInitialRead(state))
      return stackAddresses.find(state.address ?? id, { server: state.server }, sharedListMaxAgeMs);
    const found = await addressCache.find(id, sharedListMaxAgeMs);
    if (found !== undefined) return found;
    throw new Error(`There is no address ${id} in the UpCloud account: correct the address passed to \`get\`.`);
  }

  /** The outputs of `get`, without the default record if it cannot be determined. */
  private async externalOutputs(found: IpAddressWire, observed: ObservedAddress): Promise<ServerIpAddressState> {
    const { access, address, family, server = "" } = found;
    const resolved = this.ptrSync.resolveDefaultPtrRecord(address, server, observed).catch(() => observed);
    return { access, address, family, server, ...(await resolved) };
  }
}

/** `undefined`: no request is needed. */
const policyToSet = (present: ReleasePolicy | undefined, wanted: ReleasePolicy | undefined) =>
  present === wanted ? undefined : wanted;

/** For the state of an address whose policy was not set. */
function withoutPolicy({ releasePolicy, ...inputs }: ServerIpAddressInputs): ServerIpAddressInputs {
  return inputs;
}

/** The first read of a `get` has an empty state; later ones have a state with `address`. */
const isInitialRead = (state: Partial<ServerIpAddressState>) => state.server === undefined;
const isManaged = (state: Partial<ServerIpAddressState>) => !isInitialRead(state) && state.address === undefined;
