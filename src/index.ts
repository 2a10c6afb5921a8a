export type { Access, Family } from "./api/wire";
export {
  type GetIpAddressArgs,
  type GetIpAddressesArgs,
  type GetIpAddressesOutputArgs,
  type GetIpAddressesResult,
  type GetIpAddressOutputArgs,
  type GetIpAddressResult,
  getIpAddress,
  getIpAddresses,
  getIpAddressesOutput,
  getIpAddressOutput,
  type LookUpOutputOptions,
} from "./lookups/getIpAddresses";
export { PtrRecord, type PtrRecordArgs } from "./resources/ptrRecord";
export { ServerIpAddress, type ServerIpAddressArgs } from "./resources/serverIpAddress";
