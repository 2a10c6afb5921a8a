import type { UpCloudClient } from "../../api/client";
import { seePage } from "../../api/errors/errorPages";
import { isAddressForbidden, isAddressGone, isServerForbidden, isServerGone } from "../../api/errors/upCloudError";
import type { IpAddressWire } from "../../api/wire";
import { addressKey, isSameAddress } from "../../model/addresses";
import type { StateAddress } from "../../state/stackState";
import type { AddressCache } from "./addressCache";

/** What else is known of an address of the stack. */
interface Known {
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
  private readonly known = new Set<string>();
  private hasSeenServer = false;

  constructor(
    private readonly client: () => UpCloudClient,
    private readonly cache: AddressCache,
  ) {}

  /** The address as it was at most `maxAgeMs` ago, or `undefined` when it is gone. Anything else throws. */
  async find(id: string, known: Known, maxAgeMs: number, signal?: AbortSignal): Promise<IpAddressWire | undefined> {
    this.known.add(addressKey(id));
    return this.cache.find(id, maxAgeMs, signal).catch(this.ignoreGone(id, known, signal));
  }

  /** For `catch`: lets pass that the address is gone, and nothing else. */
  ignoreGone(id: string, { server, readState }: Known, ofCaller?: AbortSignal) {
    return async (error: unknown): Promise<undefined> => {
      if (isAddressGone(error)) return;
      if (!isAddressForbidden(error)) throw error;
      const signal = ofCaller ?? AbortSignal.timeout(patienceMs);
      const inState = server ? [] : await readState?.().catch(() => []);
      const ofState = server || inState?.find((one) => one.server !== undefined && isSameAddress(one.id, id))?.server;
      if (ofState !== undefined) {
        if (await this.isOurs(ofState, signal)) return;
        throw new AnotherAccountError(id, ofState);
      }
      if (this.hasSeenServer || (await this.listsAny(inState, signal))) return;
      throw new UnknownAccountError(id);
    };
  }

  /** The credentials are of the account that the server is in, or was in until it was deleted. */
  private async isOurs(server: string, signal: AbortSignal): Promise<boolean> {
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

  private async listsAny(inState: readonly StateAddress[] = [], signal: AbortSignal): Promise<boolean> {
    const known = new Set([...this.known, ...inState.map(({ id }) => addressKey(id))]);
    const listed = await this.client().ipAddresses.list(signal);
    return listed.some(({ address }) => known.has(addressKey(address)));
  }
}

const patienceMs = 3 * 60_000;
const remedy = "if the credentials are right, remove the resource from the state with `pulumi state delete`";

/** Both the address and its server are another account's, as far as these credentials show. */
export class AnotherAccountError extends Error {
  override readonly name = "AnotherAccountError";

  constructor(address: string, server: string) {
    super(
      `The credentials may use neither address ${address} nor its server ${server}: UpCloud says that another account has both. Nothing was released or removed from the state. Check that upcloud:token, or upcloud:username and upcloud:password, or the UPCLOUD_ variables are those of the account that the stack is in, and run again; ${remedy}. ${seePage("another-account")}`,
    );
  }
}

/** Nothing shows whether the credentials are those of the account that the stack is in. */
export class UnknownAccountError extends Error {
  override readonly name = "UnknownAccountError";

  constructor(address: string) {
    super(
      `The credentials may not use address ${address}: UpCloud says that another account has it, and the account of the credentials has no other address that is known to be the stack's. Nothing was changed or removed from the state. Check that upcloud:token, or upcloud:username and upcloud:password, or the UPCLOUD_ variables are those of the account that the stack is in, and run again; ${remedy}. ${seePage("another-account")}`,
    );
  }
}
