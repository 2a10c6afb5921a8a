import type { UpCloudClient } from "../../api/client";
import { seePage } from "../../api/errors/errorPages";
import { isAddressForbidden, isAddressGone, isServerForbidden, isServerGone } from "../../api/errors/upCloudError";
import type { IpAddressWire } from "../../api/wire";
import { addressKey, isSameAddress } from "../../model/addresses";
import type { StateAddress } from "../../state/stackState";
import type { AddressCache } from "./addressCache";

/** What else is known of an address of the stack. */
interface AddressContext {
  /** UUID of its server, as the state tells it. */
  server?: string | undefined;
  /** What the stack's state says of addresses, where that can be read. */
  readState?(): Promise<readonly StateAddress[]>;
}

/**
 * Looks for addresses that are in the stack's state. UpCloud answers IP_ADDRESS_FORBIDDEN when somebody else has got an
 * address since it was released, and for every address when the credentials are another account's. Only the first is gone:
 * then the credentials still show its server, or others of the stack's addresses.
 */
export class StackAddresses {
  private readonly stackAddressKeys = new Set<string>();
  private hasSeenServer = false;

  constructor(
    private readonly client: () => UpCloudClient,
    private readonly cache: AddressCache,
  ) {}

  /** The address as it was at most `maxAgeMs` ago, or `undefined` when it is gone. Anything else throws. */
  async find(
    id: string,
    known: AddressContext,
    maxAgeMs: number,
    signal?: AbortSignal,
  ): Promise<IpAddressWire | undefined> {
    this.stackAddressKeys.add(addressKey(id));
    return this.cache.find(id, maxAgeMs, signal).catch(this.ignoreGone(id, known, signal));
  }

  /** For `catch`: lets pass that the address is gone, and nothing else. */
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

  /** The credentials are of the account that the server is in, or was in until it was deleted. */
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

/** Both the address and its server are another account's, as far as these credentials show. */
export class AnotherAccountError extends Error {
  override readonly name = "AnotherAccountError";

  constructor(address: string, server: string) {
    super(
      `The credentials may not use address ${address} or its server ${server}: UpCloud says that both belong to another account. Nothing was released or removed from the state. Check that upcloud:token, or upcloud:username and upcloud:password, or the UPCLOUD_ variables belong to the stack's account, and run again. ${remedy}. ${seePage("another-account")}`,
    );
  }
}

/** Nothing shows whether the credentials are those of the account that the stack is in. */
export class UnknownAccountError extends Error {
  override readonly name = "UnknownAccountError";

  constructor(address: string) {
    super(
      `The credentials may not use address ${address}: UpCloud says that it belongs to another account, and no other known address of the stack is in the account of the credentials. Nothing was changed or removed from the state. Check that upcloud:token, or upcloud:username and upcloud:password, or the UPCLOUD_ variables belong to the stack's account, and run again. ${remedy}. ${seePage("another-account")}`,
    );
  }
}
