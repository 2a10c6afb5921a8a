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
import { sharedListMaxAgeMs } from "../account/addressCache";
import { initFailed, presentErrors } from "../runtime/engineErrors";
import type { Session } from "../session";
import { needsRecordTakeover } from "../stack/formerStates";
import { isCreatingRecordOf, isDeleting } from "../stack/ownership";
import { checkPtrRecord } from "./check";
import { RecordDeletions } from "./deletions";
import { diffPtrRecord } from "./diff";
import type { ForwardRecords, ForwardResolver } from "./forwardRecord";
import { inputsOf, type PtrRecordState, withObservedRecord, writtenInDoubt } from "./state";

/** The lifecycle of `PtrRecord`. */
export class PtrRecordProvider implements pulumi.dynamic.ResourceProvider {
  /** By address: the record that delete restores, from the states that this operation has seen. */
  private readonly previousPtrRecords = new Map<string, string | undefined>();
  private readonly deletions: RecordDeletions;
  private forwardRecords: ForwardRecords | undefined;

  /** @param resolver default: Node's own */
  constructor(
    private readonly session: Session,
    private readonly resolver?: ForwardResolver,
  ) {
    this.deletions = new RecordDeletions(session.stackState, () => session.hasProgram);
  }

  async configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.session.configure((key) => config.get(key));
  }

  async check(olds: object, declared: Record<string, unknown>): Promise<pulumi.dynamic.CheckResult> {
    const { __provider, __program, ...news } = declared;
    const checked = checkPtrRecord(news);
    const { inputs, failures } = checked;
    failures.push(...this.session.configurationFailures());
    if (hasPassed(checked)) {
      const hints = (__program ?? {}) as Partial<RecordHints>;
      this.session.recordHints(hints);
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
      const found = await this.findPublic(inputs.address, signal);
      const previousPtrRecord =
        this.previousPtrRecords.get(addressKey(found.address)) ??
        (await this.resolvePreviousPtrRecord(found, inputs.ptrRecord, signal));
      return { id: found.address, live: found.ptr_record, previousPtrRecord };
    });
    this.previousPtrRecords.set(addressKey(id), previousPtrRecord);
    try {
      return {
        id,
        outs: { ...inputs, previousPtrRecord, ptrRecord: await this.syncPtrRecord(id, inputs, live, signal) },
      };
    } catch (cause) {
      const written = [inputs.ptrRecord];
      throw initFailed(cause, id, { ...inputs, previousPtrRecord, ptrRecord: live, written }, inputs);
    }
  }

  async read(id: string, state: Partial<PtrRecordState> = {}): Promise<pulumi.dynamic.ReadResult> {
    const found = await presentErrors(() =>
      isInitialRead(state) ? this.findExisting(id) : this.session.stackAddresses.find(id, {}, sharedListMaxAgeMs),
    );
    if (found === undefined) return {};
    if (!isManaged(state)) {
      const { address, ptr_record: ptrRecord } = found;
      return { id, props: { ...state, address: canonicalAddress(address), ptrRecord } };
    }
    this.previousPtrRecords.set(addressKey(id), state.previousPtrRecord);
    const props = withObservedRecord(state, found.ptr_record);
    return { id, props, inputs: inputsOf(props) };
  }

  async update(id: string, olds: PtrRecordState, news: PtrRecordInputs): Promise<pulumi.dynamic.UpdateResult> {
    if (await presentErrors(async () => needsRecordTakeover(id, olds, news))) return this.create(news);
    const { previousPtrRecord } = olds;
    const signal = deadline(news.timeouts?.update);
    try {
      // If the state is in doubt, the live record decides whether a request is needed.
      const live = olds.written === undefined ? olds.ptrRecord : (await this.findExisting(id, signal)).ptr_record;
      return { outs: { ...news, previousPtrRecord, ptrRecord: await this.syncPtrRecord(id, news, live, signal) } };
    } catch (cause) {
      const written = writtenInDoubt(olds, news.ptrRecord);
      throw initFailed(cause, id, { ...news, previousPtrRecord, ptrRecord: olds.ptrRecord, written }, news);
    }
  }

  async delete(id: string, state: PtrRecordState): Promise<void> {
    if (this.session.declaredRecords.has(id)) return;
    const signal = deadline(state.timeouts?.delete);
    const restoration = await this.deletions.begin(id, state);
    const { previousPtrRecord } = restoration ?? {};
    if (restoration === undefined || previousPtrRecord === undefined) return;
    await presentErrors(async () => {
      const { stackAddresses, stackState } = this.session;
      const readState = async () => (await stackState.cached(isDeleting("PtrRecord", id))).addresses;
      const found = await stackAddresses.find(id, { readState }, sharedListMaxAgeMs, signal);
      if (found === undefined || !restoration.isOurs(found.ptr_record)) return;
      await this.modify(id, previousPtrRecord, signal).catch(stackAddresses.ignoreGone(id, { readState }, signal));
    });
  }

  /** Registers this resource as the declarer of its address's record. A failure names the other declarer. */
  private claim({ address }: PtrRecordInputs, { name, urn, sharedWith }: Partial<RecordHints>): CheckFailure[] {
    if (sharedWith !== undefined && !isUnknown(sharedWith)) {
      return conflictFailure(`that of the ServerIpAddress "${sharedWith}", which has a ptrRecord`);
    }
    if (isUnknown(address)) return [];
    const declarer = { key: `PtrRecord ${urn}`, description: `the PtrRecord "${name}"` };
    const other = this.session.declaredRecords.register(address, declarer);
    return other === undefined ? [] : conflictFailure(`"${address}", whose record ${other.description} declares`);
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
    const found = await this.findExisting(address, signal);
    if (found.access === "public") return found;
    throw new Error(
      `Expected a public address, got ${found.address}, whose access is "${found.access}": UpCloud keeps PTR records for public addresses only, so correct \`address\` or remove the resource.`,
    );
  }

  /**
   * The record that delete will restore. A custom record may be this program's own, from a resource that has been renamed
   * since: then the stack's state has that resource's previous record. Without the state, a record that equals the wanted one
   * counts as our own. See decisions/0006-previous-ptr-record.md.
   */
  private async resolvePreviousPtrRecord(found: IpAddressWire, wanted: string, signal: AbortSignal): Promise<string> {
    const { address, server, ptr_record: live } = found;
    if (live !== "" && isGivenByUpCloud(live)) return live;
    const inState = await this.readPreviousFromState(address);
    if (inState !== undefined) return inState;
    if (live !== "" && !isSamePtrRecord(live, wanted)) return live;
    const known = defaultPtrRecordIn(found);
    if (known !== undefined) return known;
    if (server === undefined) return live;
    const { zone } = await this.session.client().servers.get(server, signal);
    return defaultPtrRecord(address, zone);
  }

  /** Sends nothing if the record is as wanted already. */
  private async syncPtrRecord(id: string, wanted: PtrRecordInputs, live: string, signal: AbortSignal): Promise<string> {
    const { ptrRecord, waitForForwardRecord } = wanted;
    if (isSamePtrRecord(ptrRecord, live)) return live;
    if (waitForForwardRecord) await this.waitForForwardRecord(ptrRecord, id, waitForForwardRecord, signal);
    const modified = await this.modify(id, ptrRecord, signal).catch(ignoreGone);
    await this.session.addressCache.invalidate(id);
    if (modified === undefined) throw notFoundError(id);
    return modified.ptr_record;
  }

  private async modify(id: string, ptrRecord: string, signal: AbortSignal): Promise<IpAddressWire> {
    const spelling = await this.session.addressCache.spellingInUrls(id, signal);
    return this.session.client().ipAddresses.modify(spelling, { ptrRecord }, signal);
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

  private async readPreviousFromState(address: string): Promise<string | undefined> {
    const state = await this.session.stackState.cached(isCreatingRecordOf(address)).catch(() => undefined);
    return state?.addresses.find(
      ({ id, previousPtrRecord }) => previousPtrRecord !== undefined && isSameAddress(id, address),
    )?.previousPtrRecord;
  }

  private async findExisting(address: string, signal?: AbortSignal): Promise<IpAddressWire> {
    const found = await this.session.addressCache.find(address, sharedListMaxAgeMs, signal);
    if (found === undefined) throw notFoundError(address);
    return found;
  }
}

const notFoundError = (address: string) =>
  new Error(
    `There is no address ${address} in the UpCloud account: correct the address, or remove the resource. UpCloud shows unattached floating addresses with upcloud:apiVersion 1.3 only.`,
  );

/** The first read of a `get` has an empty state; later ones have a state without a previous record. */
const isInitialRead = (state: Partial<PtrRecordState>) => state.address === undefined;
const isManaged = (state: Partial<PtrRecordState>): state is PtrRecordState => state.previousPtrRecord !== undefined;

const conflictFailure = (got: string): CheckFailure[] => [
  {
    property: "address",
    reason: `expected an address whose PTR record nothing else in the program declares, got ${got}: remove one of them`,
  },
];
