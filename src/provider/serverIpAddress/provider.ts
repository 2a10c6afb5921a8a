import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { ignoreServerGone } from "../../api/errors/upCloudError";
import type { IpAddressWire } from "../../api/wire";
import { isGivenByUpCloud, isSameAddress, isSameNetwork, isSamePtrRecord } from "../../model/addresses";
import { deadline } from "../../model/durations";
import type { ProgramHints } from "../../model/hints";
import type { ServerIpAddressInputs } from "../../model/inputs";
import { messageOf } from "../../model/messageOf";
import type { CheckFailure } from "../../model/rules";
import { isUnknown, unknown } from "../../model/unknown";
import { recentMs } from "../account/addressCache";
import { assignedAnew } from "../assign/assignments";
import { programHintsIn } from "../powerCycle/expectedCreates";
import { inPlainWords, partly } from "../runtime/engineErrors";
import type { Session } from "../session";
import { isTakenOverAddress } from "../stack/formerStates";
import { Acquisition } from "./acquisition";
import { checkServerIpAddress } from "./check";
import { AddressRecords } from "./ptrSync";
import { Releases } from "./releases";
import { partsOf, type Served, type ServerIpAddressState, servedIn, stateOf } from "./state";

/** The life cycle of `ServerIpAddress`: inputs come out of check, states out of create, read and update. */
export class ServerIpAddressProvider implements pulumi.dynamic.ResourceProvider {
  private readonly releases: Releases;
  private readonly records: AddressRecords;
  private readonly acquisition: Acquisition;

  constructor(private readonly session: Session) {
    this.acquisition = new Acquisition(session);
    this.releases = new Releases(session);
    this.records = new AddressRecords(session);
  }

  async configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.session.configure((key) => config.get(key));
  }

  async check(olds: object, declared: Record<string, unknown>): Promise<pulumi.dynamic.CheckResult> {
    const { __provider, __program, ...news } = declared;
    const { inputs, failures } = checkServerIpAddress(news);
    const program = programHintsIn(__program);
    failures.push(
      ...this.stackFailures(),
      ...this.session.declaredRecords.failuresOfAdopting(inputs),
      ...this.session.adoptions.failuresOf(inputs, program.urn),
    );
    if (failures.length === 0) {
      const isToBeCreated = isEmpty(olds);
      await this.checked(inputs as unknown as ServerIpAddressInputs, program, isToBeCreated);
      if (isToBeCreated) Object.assign(inputs, this.createToken(program, __program));
    }
    return { inputs, failures };
  }

  async diff(id: string, olds: ServerIpAddressState, news: ServerIpAddressInputs): Promise<pulumi.dynamic.DiffResult> {
    const isTakenOver = await inPlainWords(async () => isTakenOverAddress(id, olds, news));
    const replaces = isTakenOver ? [] : replacedIn(id, olds, news);
    if (replaces.length > 0) {
      this.releases.willReplace(id, news);
      this.session.plan.willBeCheckedAgain(news.server);
      if (this.session.isPreview) this.session.previewWarnings.willRelease(olds, this.session.powerCycleOf(news));
      return { changes: true, replaces };
    }
    // One that is replaced may have been released by an operation that was interrupted, and be another's by now.
    if (this.session.hasProgram) {
      if (this.session.claims.isCreated(id)) this.session.notify(assignedAnew(id));
      this.session.claims.markOwned(id);
      this.acknowledge(id);
    }
    // Without `adopt` the engine may still replace the resource, and then has the address released (`replaceOnChanges: ["#initerror"]`).
    if (news.adopt !== undefined) this.session.claims.keep(id);
    else await inPlainWords(async () => this.session.adoptions.keeps(id));
    if (news.ptrRecord !== undefined) await inPlainWords(async () => this.session.declaredRecords.declareWith(id));
    const changes =
      isTakenOver ||
      olds.leftStopped === true ||
      (news.ptrRecord !== undefined && !isSamePtrRecord(olds.ptrRecord, news.ptrRecord)) ||
      (olds.managesPtrRecord ?? false) !== (news.ptrRecord !== undefined) ||
      !isDeepStrictEqual(olds.powerCycle, news.powerCycle) ||
      !isDeepStrictEqual(olds.timeouts, news.timeouts);
    return { changes };
  }

  async create(inputs: ServerIpAddressInputs): Promise<pulumi.dynamic.CreateResult> {
    this.session.plan.creating(inputs.server);
    const signal = deadline(inputs.timeouts?.create);
    const assignment = { ...inputs, ...this.session.createTokens.resolve(inputs.__creation) };
    const { value: answer, notStarted } = await inPlainWords(() =>
      this.acquisition.acquire(assignment, inputs, signal),
    );
    const id = answer.address;
    this.session.snapshot.seen(id);
    let served = servedIn(answer);
    try {
      if (inputs.ptrRecord !== undefined) this.session.declaredRecords.declareWith(id);
      served = await this.records.withDefault(id, inputs.server, served, signal);
      served = await this.records.with(id, wantedRecord(inputs, served), served, signal);
    } catch (cause) {
      throw partly(notStarted?.after(cause) ?? cause, id, stateOf(inputs, served, notStarted), inputs);
    } finally {
      await this.session.journal.reported(assignment);
    }
    if (notStarted !== undefined) {
      throw partly(notStarted.whichUpMends(), id, stateOf(inputs, served, notStarted), inputs);
    }
    return { id, outs: stateOf(inputs, served) };
  }

  async read(id: string, state: Partial<ServerIpAddressState> = {}): Promise<pulumi.dynamic.ReadResult> {
    const answer = await inPlainWords(() =>
      isFirstLook(state)
        ? this.findExisting(id)
        : this.session.addresses.find(state.address ?? id, { server: state.server }, recentMs),
    );
    if (answer === undefined || isElsewhere(answer, state)) {
      if (isManaged(state)) this.acknowledge(id);
      return {};
    }
    const served = servedIn(answer, state.defaultPtrRecord);
    if (!isManaged(state)) return { id, props: { ...state, ...(await this.lookedAt(answer, served)) } };
    this.session.claims.markOwned(id);
    const props = { ...state, ...served } as ServerIpAddressState;
    // Of the inputs, only a PTR record that the program declares can drift.
    return { id, props, ...(props.managesPtrRecord && { inputs: partsOf(props).inputs }) };
  }

  async update(
    id: string,
    olds: ServerIpAddressState,
    news: ServerIpAddressInputs,
  ): Promise<pulumi.dynamic.UpdateResult> {
    const signal = deadline(news.timeouts?.update);
    return inPlainWords(async () => {
      if (isTakenOverAddress(id, olds, news)) return { outs: stateOf(news, await this.takeOver(id, news, signal)) };
      if (olds.leftStopped) await this.session.stoppedServers().startAgain(olds.server);
      const served = isRestored(olds, news)
        ? await this.records.restored(id, olds, signal)
        : await this.records.with(id, news.ptrRecord, partsOf(olds).served, signal);
      return { outs: stateOf(news, served) };
    });
  }

  async delete(id: string, state: ServerIpAddressState): Promise<void> {
    await inPlainWords(async () => {
      this.session.claims.markOwned(id);
      await this.releases.release(id, state);
      this.acknowledge(id);
      if (state.leftStopped) await this.session.stoppedServers().startAgain(state.server).catch(ignoreServerGone);
    });
  }

  /** Unknown in a preview: `pulumi up --plan` accepts any value where the plan has an unknown one, and no other. */
  private createToken(
    { urn, preview }: Partial<ProgramHints>,
    program: unknown,
  ): Pick<ServerIpAddressInputs, "__creation"> {
    if (preview || isUnknown(program)) return { __creation: unknown };
    return urn === undefined ? {} : { __creation: this.session.createTokens.issue(urn) };
  }

  /** The engine checks without olds what it is going to create, also in another one's place. */
  private async checked(
    inputs: ServerIpAddressInputs,
    hints: Partial<ProgramHints>,
    isToBeCreated: boolean,
  ): Promise<void> {
    const { session } = this;
    session.plan.checked(inputs.server, hints, isToBeCreated);
    session.hasProgram = true;
    session.isPreview ||= hints.preview === true;
    session.learnStack(hints);
    if (!session.isPreview || !isToBeCreated) return;
    await session.previewWarnings.beforeCreate(inputs, this.session.powerCycleOf(inputs));
  }

  /** A default of the stack that cannot work is refused in the preview, like a value of the resource. */
  private stackFailures(): CheckFailure[] {
    try {
      this.session.powerCycle();
      return [];
    } catch (error) {
      return [{ property: "powerCycle", reason: messageOf(error) }];
    }
  }

  /** An address that a resource of another provider had: of its state nothing is known but the id. */
  private async takeOver(id: string, news: ServerIpAddressInputs, signal: AbortSignal): Promise<Served> {
    const answer = await this.acquisition.find(id, news, signal);
    const served = await this.records.withDefault(id, news.server, servedIn(answer), signal);
    return this.records.with(id, news.ptrRecord, served, signal);
  }

  /** The address is the id of a resource. A refresh, whose reads and diffs come without a program, leaves the journal to the next `up`. */
  private acknowledge(id: string): void {
    if (!this.session.isPreview) this.session.journal.acknowledge(id);
  }

  /** To a program that reads what is not there, the engine would give a resource without values. */
  private async findExisting(address: string): Promise<IpAddressWire> {
    const answer = await this.session.snapshot.find(address, recentMs);
    if (answer !== undefined) return answer;
    throw new Error(
      `There is no address ${address} in the UpCloud account: correct the address that \`get\` is given.`,
    );
  }

  private async lookedAt(answer: IpAddressWire, served: Served): Promise<ServerIpAddressState> {
    const { access, address, family, server = "" } = answer;
    // A default name that cannot be learnt is no failure of a look.
    const named = this.records.withDefault(address, server, served).catch(() => served);
    return { access, address, family, server, ...(await named) };
  }
}

const replacedIn = (id: string, olds: ServerIpAddressState, news: ServerIpAddressInputs): string[] => [
  ...(olds.server === news.server ? [] : ["server"]),
  ...(olds.family === news.family ? [] : ["family"]),
  ...(isSameNetwork(olds.access, news.access) ? [] : ["access"]),
  ...(news.adopt === undefined || isSameAddress(news.adopt, id) ? [] : ["adopt"]),
];

/** A record taken out of the program goes back to the default; one that never was in it is nobody's business here. */
const isRestored = (olds: ServerIpAddressState, news: ServerIpAddressInputs) =>
  olds.managesPtrRecord === true && news.ptrRecord === undefined;

/** What an interrupted create has set for another resource goes from an address that is taken over. */
const wantedRecord = ({ ptrRecord, adopt }: ServerIpAddressInputs, served: Served): string | undefined =>
  ptrRecord ?? (adopt === undefined && !isGivenByUpCloud(served.ptrRecord) ? served.defaultPtrRecord : undefined);

const isEmpty = (olds: object) => Object.keys(olds).length === 0;

/** `get` gives read nothing to begin with, and later the address that it found. */
const isFirstLook = (state: Partial<ServerIpAddressState>) => state.server === undefined;
const isManaged = (state: Partial<ServerIpAddressState>) => !isFirstLook(state) && state.address === undefined;

const isElsewhere = (answer: IpAddressWire, state: Partial<ServerIpAddressState>) =>
  isManaged(state) && answer.server !== state.server;
