import type { UpCloudClient } from "../../api/client";
import { defaultPtrRecord, isGivenByUpCloud, isSamePtrRecord } from "../../model/addresses";
import type { ServerIpAddressInputs } from "../../model/inputs";
import { messageOf } from "../../model/messageOf";
import type { CheckFailure } from "../../model/rules";
import { isUnknown } from "../../model/unknown";
import { recentMs } from "../account/addressCache";
import type { Session } from "../session";
import { fromState, type ObservedAddress, observedFrom, type ServerIpAddressState } from "./state";

/** Brings the PTR record of a `ServerIpAddress` to what its program declares. */
export class PtrSync {
  private readonly client: () => UpCloudClient;

  constructor(private readonly session: Pick<Session, "client" | "addressCache" | "declaredRecords">) {
    this.client = () => session.client();
  }

  /** Claims the record of an address that is adopted. Of other addresses, check does not know which they are. */
  claimAdopted({ adopt, ptrRecord }: Partial<ServerIpAddressInputs>): CheckFailure[] {
    if (adopt === undefined || isUnknown(adopt) || ptrRecord === undefined) return [];
    const other = this.session.declaredRecords.register(adopt, declarer);
    if (other === undefined) return [];
    const reason = `expected no ptrRecord where the program declares the record elsewhere, got one for ${adopt}, whose record ${other.description} declares: remove one of them`;
    return [{ property: "ptrRecord", reason }];
  }

  /** Claims the record of the resource's own address. Throws where another resource declares it. */
  claim(id: string): void {
    const other = this.session.declaredRecords.register(id, declarer);
    if (other === undefined) return;
    throw new Error(
      `The program declares the PTR record of ${id} twice, as ptrRecord of its ServerIpAddress and with ${other.description}: remove one of them.`,
    );
  }

  /** API 1.2 does not return the zone of an adopted address, which its default record contains. The server has it. */
  async resolveDefaultPtrRecord(
    id: string,
    server: string,
    observed: ObservedAddress,
    signal?: AbortSignal,
  ): Promise<ObservedAddress> {
    if (observed.defaultPtrRecord !== undefined) return observed;
    const { zone } = await this.client().servers.get(server, signal);
    return { ...observed, defaultPtrRecord: defaultPtrRecord(id, zone) };
  }

  /** Sends nothing where the record is as wanted already, or where no record is wanted. */
  async syncPtrRecord(
    id: string,
    wanted: string | undefined,
    observed: ObservedAddress,
    signal: AbortSignal,
  ): Promise<ObservedAddress> {
    if (wanted === undefined || isSamePtrRecord(wanted, observed.ptrRecord)) return observed;
    const spelled = await this.session.addressCache.spellingInUrls(id, signal);
    const answer = await this.client().ipAddresses.modify(spelled, { ptrRecord: wanted }, signal);
    await this.session.addressCache.invalidate(id);
    return observedFrom(answer, observed.defaultPtrRecord);
  }

  /** Restores UpCloud's default record, unless somebody else has changed the record, or another resource declares it. */
  async resetPtrRecord(id: string, olds: ServerIpAddressState, signal: AbortSignal): Promise<ObservedAddress> {
    const answer = await this.session.addressCache.find(id, recentMs, signal);
    const observed = answer === undefined ? fromState(olds).observed : observedFrom(answer, olds.defaultPtrRecord);
    const isOurs = isSamePtrRecord(observed.ptrRecord, olds.ptrRecord) && !this.session.declaredRecords.has(id);
    if (!isOurs) return observed;
    // Unknown for an adopted address whose server could not be looked at when the resource was created.
    const known = await this.resolveDefaultPtrRecord(id, olds.server, observed, signal).catch((cause) => {
      throw new Error(
        `The PTR record of ${id} is still "${observed.ptrRecord}": UpCloud's default record, which is to replace it, could not be determined. ${messageOf(cause)}`,
        { cause },
      );
    });
    return this.syncPtrRecord(id, known.defaultPtrRecord, known, signal);
  }
}

/** An interrupted create may have set a record on an address that another resource takes over now: the default replaces it. */
export const declaredOrDefault = ({ ptrRecord, adopt }: ServerIpAddressInputs, observed: ObservedAddress) =>
  ptrRecord ?? (adopt === undefined && !isGivenByUpCloud(observed.ptrRecord) ? observed.defaultPtrRecord : undefined);

const declarer = { key: "ServerIpAddress", description: "the ptrRecord of a ServerIpAddress" };
