import type { ReleasePolicy } from "../../api/wire";
import { defaultPtrRecord, isGivenByUpCloud, isSamePtrRecord } from "../../model/addresses";
import type { ServerIpAddressInputs } from "../../model/inputs";
import { messageOf } from "../../model/messageOf";
import type { CheckFailure } from "../../model/rules";
import { isUnknown } from "../../model/unknown";
import { sharedListMaxAgeMs } from "../account/addressCache";
import type { Session } from "../session";
import { fromState, type ObservedAddress, observedFrom, type ServerIpAddressState } from "./state";

/** Syncs the PTR record of a `ServerIpAddress` with the program. */
export class PtrSync {
  constructor(private readonly session: Pick<Session, "client" | "addressCache" | "declaredRecords">) {}

  /** Claims the record of an adopted address, the only kind that check knows. */
  claimAdopted({ adopt, ptrRecord }: Partial<ServerIpAddressInputs>): CheckFailure[] {
    if (adopt === undefined || isUnknown(adopt) || ptrRecord === undefined) return [];
    const other = this.session.declaredRecords.register(adopt, declarer);
    if (other === undefined) return [];
    const reason = `expected no ptrRecord for ${adopt}, whose record ${other.description} declares too: remove one of them`;
    return [{ property: "ptrRecord", reason }];
  }

  /** Claims the record of the resource's address. Throws if another resource declares it. */
  claim(id: string): void {
    const other = this.session.declaredRecords.register(id, declarer);
    if (other === undefined) return;
    throw new Error(
      `The program declares the PTR record of ${id} twice, as ptrRecord of its ServerIpAddress and in ${other.description}: remove one of them.`,
    );
  }

  /** The default record contains the zone, which API 1.2 does not return with an address. The server has it. */
  async resolveDefaultPtrRecord(
    id: string,
    server: string,
    observed: ObservedAddress,
    signal?: AbortSignal,
  ): Promise<ObservedAddress> {
    if (observed.defaultPtrRecord !== undefined) return observed;
    const { zone } = await this.session.client().servers.get(server, signal);
    return { ...observed, defaultPtrRecord: defaultPtrRecord(id, zone) };
  }

  /**
   * Sends nothing if the record is as wanted already, or if none is wanted.
   *
   * @param releasePolicy to be set with the same request
   */
  async syncPtrRecord(
    id: string,
    wanted: string | undefined,
    observed: ObservedAddress,
    signal: AbortSignal,
    releasePolicy?: ReleasePolicy,
  ): Promise<ObservedAddress> {
    const ptrRecord = wanted === undefined || isSamePtrRecord(wanted, observed.ptrRecord) ? undefined : wanted;
    if (ptrRecord === undefined && releasePolicy === undefined) return observed;
    const spelling = await this.session.addressCache.spellingInUrls(id, signal);
    const modified = await this.session.client().ipAddresses.modify(spelling, { ptrRecord, releasePolicy }, signal);
    await this.session.addressCache.invalidate(id);
    return observedFrom(modified, observed.defaultPtrRecord);
  }

  /** Restores UpCloud's default record, unless somebody else has changed the record or another resource declares it. */
  async resetPtrRecord(
    id: string,
    olds: ServerIpAddressState,
    signal: AbortSignal,
    releasePolicy?: ReleasePolicy,
  ): Promise<ObservedAddress> {
    const found = await this.session.addressCache.find(id, sharedListMaxAgeMs, signal);
    const observed = found === undefined ? fromState(olds).observed : observedFrom(found, olds.defaultPtrRecord);
    const isOurs = isSamePtrRecord(observed.ptrRecord, olds.ptrRecord) && !this.session.declaredRecords.has(id);
    if (!isOurs) return this.syncPtrRecord(id, undefined, observed, signal, releasePolicy);
    // Unknown if create could not read the server of an adopted address.
    const resolved = await this.resolveDefaultPtrRecord(id, olds.server, observed, signal).catch((cause) => {
      throw new Error(
        `The PTR record of ${id} is still "${observed.ptrRecord}": UpCloud's default record, which should replace it, could not be determined. ${messageOf(cause)}`,
        { cause },
      );
    });
    return this.syncPtrRecord(id, resolved.defaultPtrRecord, resolved, signal, releasePolicy);
  }
}

/** The default if no record is declared, but an interrupted create has set one on the address that is taken over. */
export const declaredOrDefault = ({ ptrRecord, adopt }: ServerIpAddressInputs, observed: ObservedAddress) =>
  ptrRecord ?? (adopt === undefined && !isGivenByUpCloud(observed.ptrRecord) ? observed.defaultPtrRecord : undefined);

const declarer = { key: "ServerIpAddress", description: "the ptrRecord of a ServerIpAddress" };
