import type { UpCloudClient } from "../../api/client";
import { ignoreGone, isForbidden } from "../../api/errors/upCloudError";
import type { ListedAddress } from "../../api/responses";
import type { IpAddressWire, ServerWire } from "../../api/wire";
import { addressKey, upCloudSpelling } from "../../model/addresses";
import { messageOf } from "../../model/messageOf";
import type { Timer } from "../runtime/timer";

/**
 * The account's addresses, shared by all resources of an operation: one list serves all who ask at about the same time. An
 * address that the operation changes is invalidated.
 */
export class AddressCache {
  private initial: Promise<IpAddressWire[]> | undefined;
  private latest: { atMs: number; addresses: Promise<Map<string, ListedAddress>> } | undefined;
  private availableAddresses: Promise<IpAddressWire[] | undefined> | undefined;
  private availableServers: Promise<ServerWire[] | undefined> | undefined;
  private shareBatchWindow: (() => void) | undefined;
  private hasRequestedSingly = false;
  /** By address key: how UpCloud spells the addresses that this operation has seen. */
  private readonly spellings = new Map<string, string>();

  constructor(
    private readonly client: () => UpCloudClient,
    private readonly timer: Timer,
    /** The account is not available in a preview. */
    private readonly onUnavailable: (error: unknown) => void = () => undefined,
  ) {}

  /** The list as the operation first received it. A failure is not cached. */
  initialList(timeoutMs = requestTimeoutMs): Promise<IpAddressWire[]> {
    this.initial ??= this.list(timeoutMs).catch((error) => {
      this.initial = undefined;
      throw error;
    });
    return this.initial;
  }

  /** For previews: `undefined` if the list is not available (no credentials, no network, no permission). */
  addressesIfAvailable(): Promise<IpAddressWire[] | undefined> {
    this.availableAddresses ??= this.initialList(previewTimeoutMs).catch(this.reportUnavailable);
    return this.availableAddresses;
  }

  /** As `addressesIfAvailable`. */
  serversIfAvailable(): Promise<ServerWire[] | undefined> {
    const list = async () => this.client().servers.list(AbortSignal.timeout(previewTimeoutMs));
    this.availableServers ??= list().catch(this.reportUnavailable);
    return this.availableServers;
  }

  private readonly reportUnavailable = (error: unknown): undefined => {
    this.onUnavailable(error);
  };

  /**
   * The address as it was at most `maxAgeMs` ago, or `undefined` if it does not exist. A single call requests the address
   * itself; calls within one batch window share a list, and so do addresses whose spelling at UpCloud is unknown. An address
   * that is not in the list is requested itself before it counts as gone. Throws if another account has it.
   */
  async find(address: string, maxAgeMs: number, signal?: AbortSignal): Promise<IpAddressWire | undefined> {
    const isOnlyCaller = await this.waitOutBatchWindow(maxAgeMs);
    const found = isOnlyCaller && this.hasKnownSpelling(address) ? undefined : await this.findInList(address, maxAgeMs);
    return found === undefined || found.malformed !== undefined ? this.get(address, signal) : found;
  }

  /**
   * The address as UpCloud spells it, for URLs: UpCloud may not find it in another spelling. Unchanged if UpCloud does not show
   * the address.
   */
  async spellingInUrls(address: string, signal?: AbortSignal): Promise<string> {
    if (!this.hasKnownSpelling(address)) await this.find(address, sharedListMaxAgeMs, signal);
    return this.spellings.get(addressKey(address)) ?? address;
  }

  /** @param address as in a response of UpCloud */
  recordSpelling(address: string): void {
    this.spellings.set(addressKey(address), address);
  }

  /** The address was changed: `find` requests it again. */
  async invalidate(address: string): Promise<void> {
    (await this.latest?.addresses.catch(() => undefined))?.delete(addressKey(address));
  }

  private async get(
    address: string,
    signal = AbortSignal.timeout(requestTimeoutMs),
  ): Promise<IpAddressWire | undefined> {
    const spelling = this.spellings.get(addressKey(address));
    for (const candidate of new Set(spelling === undefined ? [address, upCloudSpelling(address)] : [spelling])) {
      const found = await this.client().ipAddresses.get(candidate, signal).catch(ignoreGone);
      if (found === undefined) continue;
      this.recordSpelling(found.address);
      return found;
    }
    return undefined;
  }

  /** UpCloud has shown its spelling, or this is the one that recordings show for such addresses. */
  private hasKnownSpelling(address: string): boolean {
    return this.spellings.has(addressKey(address)) || upCloudSpelling(address) === address;
  }

  private async findInList(address: string, maxAgeMs: number): Promise<ListedAddress | undefined> {
    const list = async (ageMs: number) => this.recentList(ageMs).catch(rethrowWithAddress(address));
    const shared = await list(maxAgeMs);
    const found = shared?.get(addressKey(address));
    if (found !== undefined || shared === undefined || this.hasKnownSpelling(address)) return found;
    // The shared list may be older than the address, and its spelling for a request of its own is unknown.
    return (await list(Math.min(maxAgeMs, repeatedListMaxAgeMs)))?.get(addressKey(address));
  }

  private isRecent(maxAgeMs: number): boolean {
    return this.latest !== undefined && this.timer.now() - this.latest.atMs <= maxAgeMs;
  }

  /**
   * Resolves to `true` if nobody else asks within the batch window. The engine hands over parallel resources at once, so the
   * first caller waits a moment for a second one. After one single request, every further call uses a list: resources that
   * come one by one share it too.
   */
  private async waitOutBatchWindow(maxAgeMs: number): Promise<boolean> {
    if (this.hasRequestedSingly || this.isRecent(maxAgeMs)) return false;
    if (this.shareBatchWindow !== undefined) {
      this.shareBatchWindow();
      return false;
    }
    this.hasRequestedSingly = await new Promise<boolean>((resolve) => {
      this.shareBatchWindow = () => resolve(false);
      this.batchWindowEnd().then(() => resolve(true));
    });
    this.shareBatchWindow = undefined;
    return this.hasRequestedSingly;
  }

  /** On a busy computer, calls may still be waiting to be read from the engine when the timer fires. */
  private async batchWindowEnd(): Promise<void> {
    await this.timer.sleep(batchWindowMs);
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** `undefined` if the user may not list addresses. */
  private async recentList(maxAgeMs: number): Promise<Map<string, ListedAddress> | undefined> {
    if (!this.isRecent(maxAgeMs)) this.list(requestTimeoutMs).catch(() => undefined);
    return this.latest?.addresses.catch(ignoreForbidden);
  }

  private list(timeoutMs: number): Promise<IpAddressWire[]> {
    const request = async () => this.client().ipAddresses.list(AbortSignal.timeout(timeoutMs));
    const response = request();
    const addresses = response.then((all) => {
      for (const { address } of all) this.recordSpelling(address);
      return new Map(all.map((one) => [addressKey(one.address), one]));
    });
    addresses.catch(() => {
      this.latest = undefined;
    });
    this.latest = { atMs: this.timer.now(), addresses };
    return response;
  }
}

/** How old a list may be that reads of an operation share. */
export const sharedListMaxAgeMs = 60_000;

/** The failure of the shared list does not name the address. */
const rethrowWithAddress = (address: string) => (cause: unknown) => {
  throw new Error(`Address ${address} could not be looked up. ${messageOf(cause)}`);
};

function ignoreForbidden(error: unknown): undefined {
  if (!isForbidden(error)) throw error;
}

const repeatedListMaxAgeMs = 10_000;
const requestTimeoutMs = 3 * 60_000;
const previewTimeoutMs = 20_000;
const batchWindowMs = 50;
