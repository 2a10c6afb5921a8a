import type { UpCloudClient } from "../../api/client";
import { ignoreGone, isForbidden } from "../../api/errors/upCloudError";
import type { ListedAddress } from "../../api/responses";
import type { IpAddressWire, ServerWire } from "../../api/wire";
import { addressKey, upCloudSpelling } from "../../model/addresses";
import { messageOf } from "../../model/messageOf";
import type { Timer } from "../runtime/timer";

/**
 * What the resources of an operation know of the account together: one list, however many of them ask. An address that
 * they change themselves is looked at again.
 */
export class AddressCache {
  private initial: Promise<IpAddressWire[]> | undefined;
  private latest: { atMs: number; addresses: Promise<Map<string, ListedAddress>> } | undefined;
  private availableAddresses: Promise<IpAddressWire[] | undefined> | undefined;
  private availableServers: Promise<ServerWire[] | undefined> | undefined;
  private shareBatchWindow: (() => void) | undefined;
  private hasRequestedSingly = false;
  /** By value, how UpCloud spells the addresses that this operation has seen. */
  private readonly spellings = new Map<string, string>();

  constructor(
    private readonly client: () => UpCloudClient,
    private readonly timer: Timer,
  ) {}

  /** As it was when the operation first asked. A failure is not kept: the next one who asks has another try. */
  initialList(timeoutMs = requestTimeoutMs): Promise<IpAddressWire[]> {
    this.initial ??= this.list(timeoutMs).catch((error) => {
      this.initial = undefined;
      throw error;
    });
    return this.initial;
  }

  /**
   * For plans and warnings, which do without it where it cannot be had: no credentials, no network, no right to list. The
   * operation itself will say so where it matters.
   */
  addressesIfAvailable(): Promise<IpAddressWire[] | undefined> {
    this.availableAddresses ??= this.initialList(previewTimeoutMs).catch(() => undefined);
    return this.availableAddresses;
  }

  serversIfAvailable(): Promise<ServerWire[] | undefined> {
    const list = async () => this.client().servers.list(AbortSignal.timeout(previewTimeoutMs));
    this.availableServers ??= list().catch(() => undefined);
    return this.availableServers;
  }

  /**
   * The address as it was at most `maxAgeMs` ago, or `undefined` when there is none. One that is asked
   * for alone is a request about it; those that are asked for together share a list, and so do those that UpCloud spells
   * otherwise. That an address is gone, UpCloud has to say of the address itself. That another account has it throws.
   */
  async find(address: string, maxAgeMs: number, signal?: AbortSignal): Promise<IpAddressWire | undefined> {
    const isOnlyCaller = await this.waitOutBatchWindow(maxAgeMs);
    const found = isOnlyCaller && this.hasKnownSpelling(address) ? undefined : await this.findInList(address, maxAgeMs);
    return found === undefined || found.malformed !== undefined ? this.get(address, signal) : found;
  }

  /**
   * The address as a URL has to spell it: nothing says that UpCloud finds it in any spelling but its own. As it is given
   * where UpCloud does not show how it spells it.
   */
  async spellingInUrls(address: string, signal?: AbortSignal): Promise<string> {
    if (!this.hasKnownSpelling(address)) await this.find(address, sharedListMaxAgeMs, signal);
    return this.spellings.get(addressKey(address)) ?? address;
  }

  /** UpCloud has answered with the address. */
  recordSpelling(address: string): void {
    this.spellings.set(addressKey(address), address);
  }

  /** The address was changed: what was known of it is no more. */
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

  /** In the spelling that UpCloud was seen to use, or uses as far as was recorded. */
  private hasKnownSpelling(address: string): boolean {
    return this.spellings.has(addressKey(address)) || upCloudSpelling(address) === address;
  }

  private async findInList(address: string, maxAgeMs: number): Promise<ListedAddress | undefined> {
    const list = async (ageMs: number) => this.recentList(ageMs).catch(rethrowWithAddress(address));
    const shared = await list(maxAgeMs);
    const found = shared?.get(addressKey(address));
    if (found !== undefined || shared === undefined || this.hasKnownSpelling(address)) return found;
    // A list that others have asked for may be older than the address, which cannot be asked for by itself.
    return (await list(Math.min(maxAgeMs, repeatedListMaxAgeMs)))?.get(addressKey(address));
  }

  private isRecent(maxAgeMs: number): boolean {
    return this.latest !== undefined && this.timer.now() - this.latest.atMs <= maxAgeMs;
  }

  /**
   * The engine hands over at once what it does in parallel, so the first who asks waits a moment for the second. One by
   * one, the second look shows that there are more.
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

  /** On a busy computer the time may be over while others are waiting to be read from the engine. */
  private async batchWindowEnd(): Promise<void> {
    await this.timer.sleep(batchWindowMs);
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** `undefined` for a user who may see addresses, but not the list of them. */
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

/** All reads of an operation share one list, within reason. */
export const sharedListMaxAgeMs = 60_000;

/** All share the list, whose failure names none of them. */
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
