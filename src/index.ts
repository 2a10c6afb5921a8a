export type { Access, Family, ReleasePolicy } from "./api/wire";
export { getIpAddress, getIpAddresses, getIpAddressesOutput, getIpAddressOutput } from "./lookups/getIpAddresses";
export type {
  GetIpAddressArgs,
  GetIpAddressesArgs,
  GetIpAddressesOutputArgs,
  GetIpAddressesResult,
  GetIpAddressOutputArgs,
  GetIpAddressResult,
  LookUpOutputOptions,
} from "./lookups/types";
export { Provider, type ProviderArgs } from "./resources/provider";
export { PtrRecord, type PtrRecordArgs } from "./resources/ptrRecord";
export { ServerIpAddress, type ServerIpAddressArgs } from "./resources/serverIpAddress";
