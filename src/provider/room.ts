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
 * Whether the new address of a replacement on the same server fits only when the old one is released first. A server
 * with more than five in all shows that its limit is one of each family.
 */
export function mustReleaseFirst(
  server: string,
  addresses: readonly IpAddressWire[],
  change: { from: Family; to: Family },
): boolean {
  const isFullInAll = publicAddressesOn(server, addresses) === documentedLimit;
  const isFullOfFamily = publicAddressesOn(server, addresses, change.to) >= documentedLimit;
  return isFullInAll || (change.from === change.to && isFullOfFamily);
}
