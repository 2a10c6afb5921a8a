import type { Access, Family, IpAddressWire } from "../api/wire";
import { defaultPtrRecordIn } from "./addresses";

/** An address in the package's own words. What does not apply or is not known is absent: Pulumi's protocol has no `undefined`. */
interface AddressProperties {
  address: string;
  family: Family;
  access: Access;
  server?: string;
  ptrRecord: string;
  defaultPtrRecord?: string;
  partOfPlan: boolean;
  floating: boolean;
  mac?: string;
  zone?: string;
}

/** The only mapper from UpCloud's JSON. `knownDefault` is a default name learnt earlier. */
export function addressFromWire(wire: IpAddressWire, knownDefault?: string): AddressProperties {
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
