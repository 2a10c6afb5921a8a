import type { Family, IpAddressWire } from "../api/wire";

/**
 * How many public addresses a server may have, of each family or in all: UpCloud's documentation says both. Only plans
 * and warnings go by it; what fits in the end is UpCloud's decision.
 */
export const documentedLimit = 5;

export function publicAddressesOn(server: string, addresses: readonly IpAddressWire[], family?: Family): number {
  return addresses.filter(
    (one) => one.server === server && one.access === "public" && (family === undefined || one.family === family),
  ).length;
}

/**
 * Whether an address of the other family fits only when the old one is released first. A server with more than five
 * shows that its limit is one of each family; with five it may be full.
 */
export const mustReleaseFirst = (server: string, addresses: readonly IpAddressWire[]): boolean =>
  publicAddressesOn(server, addresses) === documentedLimit;
