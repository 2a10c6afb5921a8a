import { defaultPtrRecord, isSamePtrRecord } from "../../model/addresses";
import { messageOf } from "../../model/messageOf";
import { recentMs } from "../account/addressCache";
import type { Session } from "../session";
import { partsOf, type Served, type ServerIpAddressState, servedIn } from "./state";

/** Brings the PTR record of a `ServerIpAddress` to what its program wants. */
export class AddressRecords {
  constructor(private readonly session: Session) {}

  /** API 1.2 does not tell an adopted address's zone, which its default name holds; the server does. */
  async withDefault(id: string, server: string, served: Served, signal?: AbortSignal): Promise<Served> {
    if (served.defaultPtrRecord !== undefined) return served;
    const { zone } = await this.session.client().servers.get(server, signal);
    return { ...served, defaultPtrRecord: defaultPtrRecord(id, zone) };
  }

  /** Sends nothing when the record already is as wanted, or when nothing is wanted of it. */
  async with(id: string, wanted: string | undefined, served: Served, signal: AbortSignal): Promise<Served> {
    if (wanted === undefined || isSamePtrRecord(wanted, served.ptrRecord)) return served;
    const spelled = await this.session.snapshot.spelled(id, signal);
    const answer = await this.session.client().ipAddresses.modify(spelled, { ptrRecord: wanted }, signal);
    await this.session.snapshot.changed(id);
    return servedIn(answer, served.defaultPtrRecord);
  }

  /** The default record, unless the one that is there is not ours any more. */
  async restored(id: string, olds: ServerIpAddressState, signal: AbortSignal): Promise<Served> {
    const answer = await this.session.snapshot.find(id, recentMs, signal);
    const served = answer === undefined ? partsOf(olds).served : servedIn(answer, olds.defaultPtrRecord);
    const isOurs = isSamePtrRecord(served.ptrRecord, olds.ptrRecord) && !this.session.declaredRecords.has(id);
    if (!isOurs) return served;
    // Not known of an adopted address whose server could not be looked at when it was created.
    const known = await this.withDefault(id, olds.server, served, signal).catch((cause) => {
      throw new Error(
        `The PTR record of ${id} is still "${served.ptrRecord}": UpCloud's default record, which is to replace it, could not be determined. ${messageOf(cause)}`,
      );
    });
    return this.with(id, known.defaultPtrRecord, known, signal);
  }
}
