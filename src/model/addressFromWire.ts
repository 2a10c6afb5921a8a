import type { IpAddressWire } from "../api/wire";
import { defaultPtrRecordIn } from "./addresses";

/**
 * Maps UpCloud's JSON to the outputs of a `ServerIpAddress` and the results of look-ups. What does not apply or is not known is
 * absent: Pulumi's protocol has no `undefined`.
 *
 * @param knownDefault the default record, if it is known already
 */
export function addressFromWire(wire: IpAddressWire, knownDefault?: string) {
  const { address, family, access, server, mac, zone } = wire;
  const defaultPtrRecord = knownDefault ?? defaultPtrRecordIn(wire);
  return {
    address,
    family,
    access,
    ...(server !== undefined && { server }),
    ptrRecord: wire.ptr_record,
    ...(defaultPtrRecord !== undefined && { defaultPtrRecord }),
    partOfPlan: wire.part_of_plan === "yes",
    floating: wire.floating === "yes",
    ...(mac !== undefined && { mac }),
    ...(zone !== undefined && { zone }),
  };
}
