import type { UpCloudClient } from "../../api/client";
import { seePage } from "../../api/errors/errorPages";
import { isAddressForbidden, isAddressGone, isServerForbidden, isServerGone } from "../../api/errors/upCloudError";
import type { IpAddressWire } from "../../api/wire";
import { addressKey, isSameAddress } from "../../model/addresses";
import type { StateAddress } from "../../state/stackState";
import type { AddressCache } from "./addressCache";

/** What else is known about an address of the stack. */
interface AddressContext {
  /** UUID of its server, from the resource's state. */
  server?: string | undefined;
  /** Reads the addresses of the stack's state. */
  readState?(): Promise<readonly StateAddress[]>;
}

/**
 * Finds addresses of the stack's state, and distinguishes "gone" from "forbidden". UpCloud answers IP_ADDRESS_FORBIDDEN if an address
 * was released and belongs to another account now, and for every address if the credentials are another account's. Only the
 * first is gone: the credentials still have access to its server, or to other addresses of the stack. See
 * decisions/0009-forbidden-is-not-gone.md.
 */
export class StackAddresses {
  private readonly stackAddressKeys = new Set<string>();
  private hasSeenServer = false;

  constructor(
    private readonly client: () => UpCloudClient,
    private readonly cache: AddressCache,
  ) {}

  /** The address as it was at most `maxAgeMs` ago, or `undefined` if it is gone. Throws on any doubt. */
  async find(
    id: string,
    known: AddressContext,
    maxAgeMs: number,
    signal?: AbortSignal,
  ): Promise<IpAddressWire | undefined> {
    this.stackAddressKeys.add(addressKey(id));
    return this.cache.find(id, maxAgeMs, signal).catch(this.ignoreGone(id, known, signal));
  }

  /** For `catch`: ignores the error if the address is gone, and throws otherwise. */
  ignoreGone(id: string, { server, readState }: AddressContext, callerSignal?: AbortSignal) {
    return async (error: unknown): Promise<undefined> => {
      if (isAddressGone(error)) return;
      if (!isAddressForbidden(error)) throw error;
      const signal = callerSignal ?? AbortSignal.timeout(requestTimeoutMs);
      const stateAddresses = server ? [] : await readState?.().catch(() => []);
      const serverInState =
        server || stateAddresses?.find((one) => one.server !== undefined && isSameAddress(one.id, id))?.server;
      if (serverInState !== undefined) {
        if (await this.verifyServerAccess(serverInState, signal)) return;
        throw new AnotherAccountError(id, serverInState);
      }
      if (this.hasSeenServer || (await this.accountHasAny(stateAddresses, signal))) return;
      throw new UnknownAccountError(id);
    };
  }

  /** Whether the credentials may see the server. A deleted server is no evidence against them. */
  private async verifyServerAccess(server: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.client().servers.get(server, signal);
      this.hasSeenServer = true;
      return true;
    } catch (error) {
      if (isServerGone(error)) return true;
      if (isServerForbidden(error)) return false;
      throw error;
    }
  }

  private async accountHasAny(stateAddresses: readonly StateAddress[] = [], signal: AbortSignal): Promise<boolean> {
    const stackKeys = new Set([...this.stackAddressKeys, ...stateAddresses.map(({ id }) => addressKey(id))]);
    const accountAddresses = await this.client().ipAddresses.list(signal);
    return accountAddresses.some(({ address }) => stackKeys.has(addressKey(address)));
  }
}

const requestTimeoutMs = 3 * 60_000;
const remedy = "If the credentials are right, remove the resource from the state with `pulumi state delete`";

/** UpCloud denies access to the address and to its server. */
export class AnotherAccountError extends Error {
  override readonly name = "AnotherAccountError";

  constructor(address: string, server: string) {
    super(
      `The credentials may not use address ${address} or its server ${server}: UpCloud says that both belong to another account. Nothing was released or removed from the state. Check that upcloud:token, or upcloud:username and upcloud:password, or the UPCLOUD_ variables belong to the stack's account, and run again. ${remedy}. ${seePage("another-account")}`,
    );
  }
}

/** Nothing shows that the credentials belong to the stack's account. */
export class UnknownAccountError extends Error {
  override readonly name = "UnknownAccountError";

  constructor(address: string) {
    super(
      `The credentials may not use address ${address}: UpCloud says that it belongs to another account, and no other known address of the stack is in the account of the credentials. Nothing was changed or removed from the state. Check that upcloud:token, or upcloud:username and upcloud:password, or the UPCLOUD_ variables belong to the stack's account, and run again. ${remedy}. ${seePage("another-account")}`,
    );
  }
}
