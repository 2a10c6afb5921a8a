import type { Family, IpAddressWire } from "../../api/wire";

/**
 * How many public addresses a server may have, of each family or in all: UpCloud's documentation says both. Only
 * warnings use it; what fits in the end is UpCloud's decision.
 */
export const documentedLimit = 5;

export function publicAddressesOn(server: string, addresses: readonly IpAddressWire[], family: Family): number {
  return addresses.filter((one) => one.server === server && one.access === "public" && one.family === family).length;
}
