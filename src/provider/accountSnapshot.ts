import type { UpCloudClient } from "../api/client";
import type { IpAddressWire, ServerWire } from "../api/wire";

/**
 * The account as it was when an operation began to plan: one request for the addresses and one for the servers, however
 * many resources ask. For plans and warnings only, which do without it where it cannot be had.
 */
export class AccountSnapshot {
  private listedAddresses: Promise<IpAddressWire[] | undefined> | undefined;
  private listedServers: Promise<ServerWire[] | undefined> | undefined;

  constructor(private readonly client: () => UpCloudClient) {}

  addresses(): Promise<IpAddressWire[] | undefined> {
    this.listedAddresses ??= this.orUndefined(({ ipAddresses }) => ipAddresses.list(AbortSignal.timeout(patienceMs)));
    return this.listedAddresses;
  }

  servers(): Promise<ServerWire[] | undefined> {
    this.listedServers ??= this.orUndefined(({ servers }) => servers.list(AbortSignal.timeout(patienceMs)));
    return this.listedServers;
  }

  /** No credentials, no network, no right to list: the operation itself will say so where it matters. */
  private async orUndefined<T>(list: (client: UpCloudClient) => Promise<T>): Promise<T | undefined> {
    try {
      return await list(this.client());
    } catch {
      return undefined;
    }
  }
}

const patienceMs = 20_000;
