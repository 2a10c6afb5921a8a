import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { isAddressGone } from "../api/errors";
import type { Access, IpAddressWire } from "../api/wire";
import { defaultPtrRecord, isSameAddress, isSamePtrRecord } from "./addresses";
import { deadline } from "./durations";
import { inPlainWords, partly } from "./failures";
import { checkServerIpAddress } from "./inputChecks";
import type { ServerIpAddressInputs } from "./inputs";
import { partsOf, type Served, type ServerIpAddressState, servedIn, stateOf } from "./ipAddressState";
import type { Session } from "./session";
import type { Changed } from "./stoppedServers";

/** The life cycle of `ServerIpAddress`: inputs come out of check, states out of create, read and update. */
export class ServerIpAddressProvider implements pulumi.dynamic.ResourceProvider {
  constructor(private readonly session: Session) {}

  async configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.session.configure((key) => config.get(key));
  }

  async check(_olds: object, { __provider, ...news }: Record<string, unknown>): Promise<pulumi.dynamic.CheckResult> {
    return checkServerIpAddress(news);
  }

  async diff(id: string, olds: ServerIpAddressState, news: ServerIpAddressInputs): Promise<pulumi.dynamic.DiffResult> {
    const replaces = [
      ...(olds.server === news.server ? [] : ["server"]),
      ...(olds.family === news.family ? [] : ["family"]),
      ...(isSameNetwork(olds.access, news.access) ? [] : ["access"]),
      ...(news.adopt === undefined || isSameAddress(news.adopt, id) ? [] : ["adopt"]),
    ];
    const changes =
      replaces.length > 0 ||
      olds.leftStopped === true ||
      !isSamePtrRecord(olds.ptrRecord, wantedPtrRecord(olds, news)) ||
      (olds.managesPtrRecord ?? false) !== (news.ptrRecord !== undefined) ||
      !isDeepStrictEqual(olds.powerCycle, news.powerCycle) ||
      !isDeepStrictEqual(olds.timeouts, news.timeouts);
    return { changes, replaces };
  }

  async create(inputs: ServerIpAddressInputs): Promise<pulumi.dynamic.CreateResult> {
    const signal = deadline(inputs.timeouts?.create);
    const { value: answer, notStarted } = await inPlainWords(() =>
      inputs.adopt === undefined ? this.assign(inputs, signal) : this.adopt(inputs.adopt, inputs, signal),
    );
    const id = answer.address;
    let served = servedIn(answer);
    try {
      served = await this.withDefaultPtrRecord(id, inputs.server, served, signal);
      served = await this.withPtrRecord(id, inputs.ptrRecord, served, signal);
    } catch (cause) {
      throw partly(notStarted?.after(cause) ?? cause, id, stateOf(inputs, served, notStarted), inputs);
    }
    if (notStarted !== undefined) throw partly(notStarted, id, stateOf(inputs, served, notStarted), inputs);
    return { id, outs: stateOf(inputs, served) };
  }

  async read(id: string, state: Partial<ServerIpAddressState> = {}): Promise<pulumi.dynamic.ReadResult> {
    const answer = await inPlainWords(() => this.find(id));
    if (answer === undefined || isElsewhere(answer, state)) return {};
    const { access, family, server = "" } = answer;
    const props: ServerIpAddressState = {
      access,
      family,
      server,
      ...state,
      ...servedIn(answer, state.defaultPtrRecord),
    };
    return { id: isManaged(state) ? id : answer.address, props, inputs: partsOf(props).inputs };
  }

  async update(
    id: string,
    olds: ServerIpAddressState,
    news: ServerIpAddressInputs,
  ): Promise<pulumi.dynamic.UpdateResult> {
    const signal = deadline(news.timeouts?.update);
    return inPlainWords(async () => {
      if (olds.leftStopped) await this.session.stoppedServers().startAgain(olds.server, signal);
      const served = await this.withPtrRecord(id, wantedPtrRecord(olds, news), partsOf(olds).served, signal);
      return { outs: stateOf(news, served) };
    });
  }

  async delete(id: string, state: ServerIpAddressState): Promise<void> {
    const signal = deadline(state.timeouts?.delete);
    await inPlainWords(async () => {
      const answer = await this.find(id, signal);
      if (answer === undefined || isElsewhere(answer, state)) return;
      const release = () => this.session.client().ipAddresses.release(id, signal).catch(unlessGone);
      // UpCloud never releases an address of the internal network: no reason to stop the server first.
      if (state.access !== "public") return release();
      const { notStarted } = await this.whileStopped(state, signal, release);
      if (notStarted !== undefined) throw notStarted;
    });
  }

  private assign(inputs: ServerIpAddressInputs, signal: AbortSignal): Promise<Changed<IpAddressWire>> {
    return this.whileStopped(inputs, signal, () => this.session.client().ipAddresses.assign(inputs, signal));
  }

  private async whileStopped<T>(
    { server, powerCycle = this.session.powerCycle() }: ServerIpAddressInputs | ServerIpAddressState,
    signal: AbortSignal,
    change: () => Promise<T>,
  ): Promise<Changed<T>> {
    return this.session.stoppedServers().whileStopped({ server, powerCycle, signal }, change);
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

  /** API 1.2 does not tell an adopted address's zone, which its default name holds; the server does. */
  private async withDefaultPtrRecord(id: string, server: string, served: Served, signal: AbortSignal): Promise<Served> {
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

const isManaged = (state: Partial<ServerIpAddressState>) => state.server !== undefined;

const isElsewhere = (answer: IpAddressWire, state: Partial<ServerIpAddressState>) =>
  isManaged(state) && answer.server !== state.server;

/** `private` and `utility` are two versions' words for the internal network. */
const isSameNetwork = (a: Access, b: Access) => (a === "public") === (b === "public");

function unlessGone(error: unknown): undefined {
  if (!isAddressGone(error)) throw error;
}
