import { defaultPtrRecord, isSamePtrRecord } from "../../model/addresses";
import { messageOf } from "../../model/messageOf";
import { recentMs } from "../account/addressCache";
import type { Session } from "../session";
import { fromState, type ObservedAddress, observedFrom, type ServerIpAddressState } from "./state";

/** Brings the PTR record of a `ServerIpAddress` to what its program wants. */
export class PtrSync {
  constructor(private readonly session: Session) {}

  /** API 1.2 does not tell an adopted address's zone, which its default name holds; the server does. */
  async resolveDefaultPtrRecord(
    id: string,
    server: string,
    served: ObservedAddress,
    signal?: AbortSignal,
  ): Promise<ObservedAddress> {
    if (served.defaultPtrRecord !== undefined) return served;
    const { zone } = await this.session.client().servers.get(server, signal);
    return { ...served, defaultPtrRecord: defaultPtrRecord(id, zone) };
  }

  /** Sends nothing when the record already is as wanted, or when nothing is wanted of it. */
  async syncPtrRecord(
    id: string,
    wanted: string | undefined,
    served: ObservedAddress,
    signal: AbortSignal,
  ): Promise<ObservedAddress> {
    if (wanted === undefined || isSamePtrRecord(wanted, served.ptrRecord)) return served;
    const spelled = await this.session.addressCache.spellingInUrls(id, signal);
    const answer = await this.session.client().ipAddresses.modify(spelled, { ptrRecord: wanted }, signal);
    await this.session.addressCache.invalidate(id);
    return observedFrom(answer, served.defaultPtrRecord);
  }

  /** The default record, unless the one that is there is not ours any more. */
  async resetPtrRecord(id: string, olds: ServerIpAddressState, signal: AbortSignal): Promise<ObservedAddress> {
    const answer = await this.session.addressCache.find(id, recentMs, signal);
    const served = answer === undefined ? fromState(olds).served : observedFrom(answer, olds.defaultPtrRecord);
    const isOurs = isSamePtrRecord(served.ptrRecord, olds.ptrRecord) && !this.session.declaredRecords.has(id);
    if (!isOurs) return served;
    // Not known of an adopted address whose server could not be looked at when it was created.
    const known = await this.resolveDefaultPtrRecord(id, olds.server, served, signal).catch((cause) => {
      throw new Error(
        `The PTR record of ${id} is still "${served.ptrRecord}": UpCloud's default record, which is to replace it, could not be determined. ${messageOf(cause)}`,
      );
    });
    return this.syncPtrRecord(id, known.defaultPtrRecord, known, signal);
  }
}
