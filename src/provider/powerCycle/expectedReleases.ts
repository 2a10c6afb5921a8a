import { addressKey } from "../../model/addresses";
import type { StateAddress } from "../../state/stackState";

/**
 * How many of a server's addresses the engine may still hand over for deletion: those of the stack's state that the operation
 * has neither deleted nor kept so far. Only decides how long to wait before the server is started.
 */
export class ExpectedReleases {
  private stateAddresses: readonly StateAddress[] | undefined;
  private readonly settledKeys = new Set<string>();

  recordState(addresses: readonly StateAddress[]): void {
    this.stateAddresses = addresses;
  }

  /** The engine has handed over the address, or the program keeps it. */
  settle(address: string): void {
    this.settledKeys.add(addressKey(address));
  }

  /** Unknown before the state was read. */
  expectation(server: string): "more" | "none" | "unknown" {
    if (this.stateAddresses === undefined) return "unknown";
    const isExpected = ({ id, type, external, ...one }: StateAddress) =>
      type === "ServerIpAddress" && !external && one.server === server && !this.settledKeys.has(addressKey(id));
    return this.stateAddresses.some(isExpected) ? "more" : "none";
  }
}
