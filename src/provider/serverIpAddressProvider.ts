import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { isAddressGone } from "../api/errors";
import type { Access, IpAddressWire } from "../api/wire";
import { defaultPtrRecord, isSameAddress, isSamePtrRecord } from "./addresses";
import { deadline } from "./durations";
import { inPlainWords, messageOf, partly } from "./failures";
import { type CheckFailure, checkServerIpAddress } from "./inputChecks";
import type { PowerCycle, ServerIpAddressInputs } from "./inputs";
import { partsOf, type Served, type ServerIpAddressState, servedIn, stateOf } from "./ipAddressState";
import type { ProgramHints } from "./plannedChanges";
import { mustReleaseFirst } from "./room";
import type { Session } from "./session";
import type { Changed } from "./stoppedServers";

/** The life cycle of `ServerIpAddress`: inputs come out of check, states out of create, read and update. */
export class ServerIpAddressProvider implements pulumi.dynamic.ResourceProvider {
  /** What the program says now of addresses that are being replaced: delete is told only what their state says. */
  private readonly declaredPowerCycles = new Map<string, PowerCycle>();
  /** Ids of resources that the program has now: an older resource lets go of an address that one of them has adopted. */
  private readonly claimed = new Set<string>();

  constructor(private readonly session: Session) {}

  async configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.session.configure((key) => config.get(key));
  }

  async check(olds: object, declared: Record<string, unknown>): Promise<pulumi.dynamic.CheckResult> {
    const { __provider, __program, ...news } = declared;
    const { inputs, failures } = checkServerIpAddress(news);
    failures.push(...this.stackFailures());
    if (failures.length === 0) {
      const program = __program as ProgramHints | undefined;
      await this.checked(inputs as unknown as ServerIpAddressInputs, program, isEmpty(olds));
    }
    return { inputs, failures };
  }

  async diff(id: string, olds: ServerIpAddressState, news: ServerIpAddressInputs): Promise<pulumi.dynamic.DiffResult> {
    const replaces = [
      ...(olds.server === news.server ? [] : ["server"]),
      ...(olds.family === news.family ? [] : ["family"]),
      ...(isSameNetwork(olds.access, news.access) ? [] : ["access"]),
      ...(news.adopt === undefined || isSameAddress(news.adopt, id) ? [] : ["adopt"]),
    ];
    if (replaces.length > 0) {
      this.declaredPowerCycles.set(id, this.powerCycleOf(news));
      this.session.plan.willBeCheckedAgain(news.server);
      return { changes: true, replaces, deleteBeforeReplace: await this.mustReleaseFirst(olds, news) };
    }
    if (news.adopt !== undefined) this.claimed.add(id);
    const changes =
      olds.leftStopped === true ||
      !isSamePtrRecord(olds.ptrRecord, wantedPtrRecord(olds, news)) ||
      (olds.managesPtrRecord ?? false) !== (news.ptrRecord !== undefined) ||
      !isDeepStrictEqual(olds.powerCycle, news.powerCycle) ||
      !isDeepStrictEqual(olds.timeouts, news.timeouts);
    return { changes };
  }

  async create(inputs: ServerIpAddressInputs): Promise<pulumi.dynamic.CreateResult> {
    this.session.plan.creating(inputs.server);
    const signal = deadline(inputs.timeouts?.create);
    const { value: answer, notStarted } = await inPlainWords(() =>
      inputs.adopt === undefined ? this.assign(inputs, signal) : this.adopt(inputs.adopt, inputs, signal),
    );
    const id = answer.address;
    this.claimed.add(id);
    let served = servedIn(answer);
    try {
      served = await this.withDefaultPtrRecord(id, inputs.server, served, signal);
      served = await this.withPtrRecord(id, inputs.ptrRecord, served, signal);
    } catch (cause) {
      throw partly(notStarted?.after(cause) ?? cause, id, stateOf(inputs, served, notStarted), inputs);
    }
    if (notStarted !== undefined) {
      throw partly(notStarted.whichUpMends(), id, stateOf(inputs, served, notStarted), inputs);
    }
    return { id, outs: stateOf(inputs, served) };
  }

  async read(id: string, state: Partial<ServerIpAddressState> = {}): Promise<pulumi.dynamic.ReadResult> {
    const answer = await inPlainWords(() => (isFirstLook(state) ? this.findExisting(id) : this.find(id)));
    if (answer === undefined || isElsewhere(answer, state)) return {};
    const served = servedIn(answer, state.defaultPtrRecord);
    if (!isManaged(state)) return { id, props: { ...state, ...(await this.lookedAt(answer, served)) } };
    const props = { ...state, ...served } as ServerIpAddressState;
    return { id, props, inputs: partsOf(props).inputs };
  }

  async update(
    id: string,
    olds: ServerIpAddressState,
    news: ServerIpAddressInputs,
  ): Promise<pulumi.dynamic.UpdateResult> {
    const signal = deadline(news.timeouts?.update);
    return inPlainWords(async () => {
      if (olds.leftStopped) await this.session.stoppedServers().startAgain(olds.server);
      const served = await this.withPtrRecord(id, wantedPtrRecord(olds, news), partsOf(olds).served, signal);
      return { outs: stateOf(news, served) };
    });
  }

  async delete(id: string, state: ServerIpAddressState): Promise<void> {
    await inPlainWords(async () => {
      if (!this.claimed.has(id)) await this.release(id, state);
      if (state.leftStopped) await this.session.stoppedServers().startAgain(state.server);
    });
  }

  /** The engine checks without olds what it is going to create, also in another one's place. */
  private async checked(
    inputs: ServerIpAddressInputs,
    hints: ProgramHints | undefined,
    isToBeCreated: boolean,
  ): Promise<void> {
    const { session } = this;
    session.plan.checked(inputs.server, hints, isToBeCreated);
    session.isPreview ||= hints?.preview === true;
    if (!session.isPreview || !isToBeCreated) return;
    await session.previewWarnings.beforeAssign(inputs, this.powerCycleOf(inputs));
  }

  private async mustReleaseFirst(olds: ServerIpAddressState, news: ServerIpAddressInputs): Promise<boolean> {
    if (olds.access !== "public") return false;
    if (this.session.isPreview) await this.session.previewWarnings.beforeRelease(olds.server, this.powerCycleOf(news));
    if (olds.server !== news.server || news.access !== "public" || news.adopt !== undefined) return false;
    const addresses = (await this.session.snapshot.addresses()) ?? [];
    return mustReleaseFirst(olds.server, addresses);
  }

  private assign(inputs: ServerIpAddressInputs, signal: AbortSignal): Promise<Changed<IpAddressWire>> {
    const request = {
      server: inputs.server,
      purpose: "assign",
      powerCycle: this.powerCycleOf(inputs),
      signal,
    } as const;
    return this.session
      .stoppedServers()
      .whileStopped(request, () => this.session.client().ipAddresses.assign(inputs, signal));
  }

  private async release(id: string, state: ServerIpAddressState): Promise<void> {
    const signal = deadline(state.timeouts?.delete);
    const { server } = state;
    let isReleased = false;
    /** Looks each time: until a server is stopped, minutes may pass in which somebody moves the address. */
    const releaseIfOurs = async () => {
      if (!(await this.isOurs(id, state, signal))) return;
      await this.session.client().ipAddresses.release(id, signal).catch(unlessGone);
      isReleased = true;
    };
    // UpCloud never releases an address of the internal network: no reason to stop the server first.
    if (state.access !== "public") return releaseIfOurs();
    const powerCycle = this.declaredPowerCycles.get(id) ?? this.powerCycleOf(state);
    // Nor for one that is not ours any more.
    if (powerCycle !== false && !(await this.isOurs(id, state, signal))) return;
    const request = { server, purpose: "release", powerCycle, signal } as const;
    const { notStarted } = await this.session.stoppedServers().whileStopped(request, releaseIfOurs);
    if (notStarted === undefined) return;
    throw isReleased ? new Error(`The address is released. ${notStarted.message}`) : notStarted;
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

  private powerCycleOf({ powerCycle }: { powerCycle?: PowerCycle }): PowerCycle {
    return powerCycle ?? this.session.powerCycle();
  }

  private async adopt(
    address: string,
    inputs: ServerIpAddressInputs,
    signal: AbortSignal,
  ): Promise<Changed<IpAddressWire>> {
    const answer = await this.session.client().ipAddresses.get(address, signal);
    const differences = [
      ...(answer.server === inputs.server ? [] : [`server ${inputs.server}, got ${answer.server ?? "none"}`]),
      ...(isSameNetwork(answer.access, inputs.access) ? [] : [`access "${inputs.access}", got "${answer.access}"`]),
    ];
    if (differences.length === 0) return { value: answer };
    throw new Error(
      `Expected the adopted address ${answer.address} to have ${differences.join(", and ")}: correct the inputs, or adopt another address.`,
    );
  }

  /** The address as it is served, or `undefined` when it is not the account's any more. A fault of the network throws. */
  private async find(address: string, signal?: AbortSignal): Promise<IpAddressWire | undefined> {
    return this.session.client().ipAddresses.get(address, signal).catch(unlessGone);
  }

  /** To a program that reads what is not there, the engine would give a resource without values. */
  private async findExisting(address: string): Promise<IpAddressWire> {
    const answer = await this.find(address);
    if (answer !== undefined) return answer;
    throw new Error(
      `There is no address ${address} in the UpCloud account: correct the address that \`get\` is given.`,
    );
  }

  private async lookedAt(answer: IpAddressWire, served: Served): Promise<ServerIpAddressState> {
    const { access, address, family, server = "" } = answer;
    // A default name that cannot be learnt is no failure of a look.
    const named = this.withDefaultPtrRecord(address, server, served).catch(() => served);
    return { access, address, family, server, ...(await named) };
  }

  private async isOurs(id: string, state: ServerIpAddressState, signal: AbortSignal): Promise<boolean> {
    const answer = await this.find(id, signal);
    return answer !== undefined && !isElsewhere(answer, state);
  }

  /** API 1.2 does not tell an adopted address's zone, which its default name holds; the server does. */
  private async withDefaultPtrRecord(
    id: string,
    server: string,
    served: Served,
    signal?: AbortSignal,
  ): Promise<Served> {
    if (served.defaultPtrRecord !== undefined) return served;
    const { zone } = await this.session.client().servers.get(server, signal);
    return { ...served, defaultPtrRecord: defaultPtrRecord(id, zone) };
  }

  /** Sends nothing when the record already is as wanted, or when nothing is wanted of it. */
  private async withPtrRecord(
    id: string,
    wanted: string | undefined,
    served: Served,
    signal: AbortSignal,
  ): Promise<Served> {
    if (wanted === undefined || isSamePtrRecord(wanted, served.ptrRecord)) return served;
    const answer = await this.session.client().ipAddresses.modify(id, { ptrRecord: wanted }, signal);
    return servedIn(answer, served.defaultPtrRecord);
  }
}

/** A record taken out of the program goes back to the default; one that never was in it is nobody's business here. */
function wantedPtrRecord(olds: ServerIpAddressState, news: ServerIpAddressInputs): string {
  return news.ptrRecord ?? (olds.managesPtrRecord && olds.defaultPtrRecord) ?? olds.ptrRecord;
}

const isEmpty = (olds: object) => Object.keys(olds).length === 0;

/** `get` gives read nothing to begin with, and later the address that it found. */
const isFirstLook = (state: Partial<ServerIpAddressState>) => state.server === undefined;
const isManaged = (state: Partial<ServerIpAddressState>) => !isFirstLook(state) && state.address === undefined;

const isElsewhere = (answer: IpAddressWire, state: Partial<ServerIpAddressState>) =>
  isManaged(state) && answer.server !== state.server;

/** `private` and `utility` are two versions' words for the internal network. */
const isSameNetwork = (a: Access, b: Access) => (a === "public") === (b === "public");

function unlessGone(error: unknown): undefined {
  if (!isAddressGone(error)) throw error;
}
