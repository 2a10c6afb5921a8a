import type * as pulumi from "@pulumi/pulumi";
import { ignoreGone } from "../../api/errors/upCloudError";
import type { IpAddressWire } from "../../api/wire";
import {
  addressKey,
  canonicalAddress,
  defaultPtrRecord,
  defaultPtrRecordIn,
  isGivenByUpCloud,
  isSameAddress,
  isSamePtrRecord,
} from "../../model/addresses";
import { deadline } from "../../model/durations";
import type { RecordHints } from "../../model/hints";
import type { PtrRecordInputs } from "../../model/inputs";
import { type CheckFailure, hasPassed } from "../../model/rules";
import { isUnknown } from "../../model/unknown";
import { recentMs } from "../account/addressCache";
import { initFailed, presentErrors } from "../runtime/engineErrors";
import type { Session } from "../session";
import { isTakenOverRecord } from "../stack/formerStates";
import { isCreatingRecordOf, isDeleting } from "../stack/ownership";
import { checkPtrRecord } from "./check";
import { RecordDeletions } from "./deletions";
import { diffPtrRecord } from "./diff";
import type { ForwardRecords, ForwardResolver } from "./forwardRecord";
import { inputsOf, maybeWritten, type PtrRecordState, withServed } from "./state";

/** The life cycle of `PtrRecord`: inputs come out of check, states out of create, read and update. */
export class PtrRecordProvider implements pulumi.dynamic.ResourceProvider {
  /** By address: the record to put back one day, as far as this operation has seen. */
  private readonly previousPtrRecords = new Map<string, string | undefined>();
  private readonly deletions: RecordDeletions;
  private forwardRecords: ForwardRecords | undefined;

  /** @param resolver default: Node's own */
  constructor(
    private readonly session: Session,
    private readonly resolver?: ForwardResolver,
  ) {
    this.deletions = new RecordDeletions(session.stackState);
  }

  async configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.session.configure((key) => config.get(key));
  }

  async check(olds: object, declared: Record<string, unknown>): Promise<pulumi.dynamic.CheckResult> {
    const { __provider, __program, ...news } = declared;
    const checked = checkPtrRecord(news);
    const { inputs, failures } = checked;
    if (hasPassed(checked)) {
      const hints = (__program ?? {}) as Partial<RecordHints>;
      this.session.learn(hints);
      failures.push(...this.claim(checked.inputs, hints));
      const isToBeCreated = Object.keys(olds).length === 0;
      if (this.session.isPreview && isToBeCreated) await this.warnIfMissing(checked.inputs);
    }
    return { inputs, failures };
  }

  async diff(id: string, olds: PtrRecordState, news: PtrRecordInputs): Promise<pulumi.dynamic.DiffResult> {
    const difference = await presentErrors(async () => diffPtrRecord(id, olds, news));
    if (difference.replaces === undefined) this.previousPtrRecords.set(addressKey(id), olds.previousPtrRecord);
    return difference;
  }

  async create(inputs: PtrRecordInputs): Promise<pulumi.dynamic.CreateResult> {
    const signal = deadline(inputs.timeouts?.create);
    const { id, live, previousPtrRecord } = await presentErrors(async () => {
      const answer = await this.findPublic(inputs.address, signal);
      const previousPtrRecord =
        this.previousPtrRecords.get(addressKey(answer.address)) ??
        (await this.previousPtrRecord(answer, inputs.ptrRecord, signal));
      return { id: answer.address, live: answer.ptr_record, previousPtrRecord };
    });
    this.previousPtrRecords.set(addressKey(id), previousPtrRecord);
    try {
      return { id, outs: { ...inputs, previousPtrRecord, ptrRecord: await this.write(id, inputs, live, signal) } };
    } catch (cause) {
      const written = [inputs.ptrRecord];
      throw initFailed(cause, id, { ...inputs, previousPtrRecord, ptrRecord: live, written }, inputs);
    }
  }

  async read(id: string, state: Partial<PtrRecordState> = {}): Promise<pulumi.dynamic.ReadResult> {
    const answer = await presentErrors(() =>
      isInitialRead(state) ? this.findExisting(id) : this.session.stackAddresses.find(id, {}, recentMs),
    );
    if (answer === undefined) return {};
    if (!isManaged(state)) {
      const { address, ptr_record: ptrRecord } = answer;
      return { id, props: { ...state, address: canonicalAddress(address), ptrRecord } };
    }
    this.previousPtrRecords.set(addressKey(id), state.previousPtrRecord);
    const props = withServed(state, answer.ptr_record);
    return { id, props, inputs: inputsOf(props) };
  }

  async update(id: string, olds: PtrRecordState, news: PtrRecordInputs): Promise<pulumi.dynamic.UpdateResult> {
    if (await presentErrors(async () => isTakenOverRecord(id, olds, news))) return this.create(news);
    const { previousPtrRecord } = olds;
    const signal = deadline(news.timeouts?.update);
    try {
      // Where the state is in doubt, the next request starts from what is there.
      const live = olds.written === undefined ? olds.ptrRecord : (await this.findExisting(id, signal)).ptr_record;
      return { outs: { ...news, previousPtrRecord, ptrRecord: await this.write(id, news, live, signal) } };
    } catch (cause) {
      const written = maybeWritten(olds, news.ptrRecord);
      throw initFailed(cause, id, { ...news, previousPtrRecord, ptrRecord: olds.ptrRecord, written }, news);
    }
  }

  async delete(id: string, state: PtrRecordState): Promise<void> {
    if (this.session.declaredRecords.has(id)) return;
    const signal = deadline(state.timeouts?.delete);
    const undoing = await this.deletions.begin(id, state);
    const { previousPtrRecord } = undoing ?? {};
    if (undoing === undefined || previousPtrRecord === undefined) return;
    await presentErrors(async () => {
      const { stackAddresses, stackState } = this.session;
      const readState = async () => (await stackState.atAnyTime(isDeleting("PtrRecord", id))).addresses;
      const answer = await stackAddresses.find(id, { readState }, recentMs, signal);
      if (answer === undefined || !undoing.isOurs(answer.ptr_record)) return;
      await this.modify(id, previousPtrRecord, signal).catch(stackAddresses.ignoreGone(id, { readState }, signal));
    });
  }

  /** Registers that this resource declares the record of its address. The failure says who declares it already. */
  private claim({ address }: PtrRecordInputs, { name, urn, sharedWith }: Partial<RecordHints>): CheckFailure[] {
    if (sharedWith !== undefined && !isUnknown(sharedWith)) {
      return conflict(`that of the ServerIpAddress "${sharedWith}", which has a ptrRecord`);
    }
    if (isUnknown(address)) return [];
    const declarer = { key: `PtrRecord ${urn}`, description: `the PtrRecord "${name}"` };
    const other = this.session.declaredRecords.register(address, declarer);
    return other === undefined ? [] : conflict(`"${address}", whose record ${other.description} declares`);
  }

  private async warnIfMissing({ address }: PtrRecordInputs): Promise<void> {
    if (isUnknown(address)) return;
    const addresses = await this.session.addressCache.addressesIfAvailable();
    if (addresses === undefined || addresses.some((one) => isSameAddress(one.address, address))) return;
    this.session.warnings.once(
      `there is no address ${address} in the UpCloud account: correct the \`address\` of the PtrRecord, or remove that resource`,
    );
  }

  private async findPublic(address: string, signal: AbortSignal): Promise<IpAddressWire> {
    const answer = await this.findExisting(address, signal);
    if (answer.access === "public") return answer;
    throw new Error(
      `Expected a public address, got ${answer.address}, whose access is "${answer.access}": UpCloud keeps PTR records for public addresses only, so correct \`address\` or remove the resource.`,
    );
  }

  /**
   * The record to put back. One that somebody has set may have been set by this program, with a resource whose name it
   * has changed since: the stack's state tells what that one found. Without the state, a record that already is as wanted
   * is taken for our own. See decisions/0006-previous-ptr-record.md.
   */
  private async previousPtrRecord(answer: IpAddressWire, wanted: string, signal: AbortSignal): Promise<string> {
    const { address, server, ptr_record: live } = answer;
    if (live !== "" && isGivenByUpCloud(live)) return live;
    const inState = await this.previousInState(address);
    if (inState !== undefined) return inState;
    if (live !== "" && !isSamePtrRecord(live, wanted)) return live;
    const known = defaultPtrRecordIn(answer);
    if (known !== undefined) return known;
    if (server === undefined) return live;
    const { zone } = await this.session.client().servers.get(server, signal);
    return defaultPtrRecord(address, zone);
  }

  /** Sends nothing when the record already is as wanted. */
  private async write(id: string, wanted: PtrRecordInputs, live: string, signal: AbortSignal): Promise<string> {
    const { ptrRecord, waitForForwardRecord } = wanted;
    if (isSamePtrRecord(ptrRecord, live)) return live;
    if (waitForForwardRecord) await this.waitForForwardRecord(ptrRecord, id, waitForForwardRecord, signal);
    const answer = await this.modify(id, ptrRecord, signal).catch(ignoreGone);
    await this.session.addressCache.invalidate(id);
    if (answer === undefined) throw notThere(id);
    return answer.ptr_record;
  }

  private async modify(id: string, ptrRecord: string, signal: AbortSignal): Promise<IpAddressWire> {
    const spelled = await this.session.addressCache.spellingInUrls(id, signal);
    return this.session.client().ipAddresses.modify(spelled, { ptrRecord }, signal);
  }

  private async waitForForwardRecord(...request: Parameters<ForwardRecords["wait"]>): Promise<void> {
    const { notify, timer } = this.session;
    // biome-ignore lint/style/noCommonJs: loaded by the first record that waits.
    const { ForwardRecords } = require("./forwardRecord") as typeof import("./forwardRecord");
    // biome-ignore lint/style/noCommonJs: the same.
    const { Resolver } = require("node:dns/promises") as typeof import("node:dns/promises");
    this.forwardRecords ??= new ForwardRecords(
      this.resolver ?? new Resolver({ timeout: 2000, tries: 2 }),
      notify,
      timer,
    );
    return this.forwardRecords.wait(...request);
  }

  private async previousInState(address: string): Promise<string | undefined> {
    const state = await this.session.stackState.atAnyTime(isCreatingRecordOf(address)).catch(() => undefined);
    return state?.addresses.find(
      ({ id, previousPtrRecord }) => previousPtrRecord !== undefined && isSameAddress(id, address),
    )?.previousPtrRecord;
  }

  private async findExisting(address: string, signal?: AbortSignal): Promise<IpAddressWire> {
    const answer = await this.session.addressCache.find(address, recentMs, signal);
    if (answer === undefined) throw notThere(address);
    return answer;
  }
}

const notThere = (address: string) =>
  new Error(
    `There is no address ${address} in the UpCloud account: correct the address, or remove the resource. A floating address that is attached to nothing shows with upcloud:apiVersion 1.3 only.`,
  );

/** `get` gives read nothing to begin with, and later what it found: a record without a previous one. */
const isInitialRead = (state: Partial<PtrRecordState>) => state.address === undefined;
const isManaged = (state: Partial<PtrRecordState>): state is PtrRecordState => state.previousPtrRecord !== undefined;

const conflict = (got: string): CheckFailure[] => [
  {
    property: "address",
    reason: `expected an address whose PTR record nothing else in the program declares, got ${got}: remove one of them`,
  },
];
