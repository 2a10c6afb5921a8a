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
  private first: Promise<IpAddressWire[]> | undefined;
  private latest: { atMs: number; addresses: Promise<Map<string, ListedAddress>> } | undefined;
  private plannedAddresses: Promise<IpAddressWire[] | undefined> | undefined;
  private plannedServers: Promise<ServerWire[] | undefined> | undefined;
  private join: (() => void) | undefined;
  private hasLookedAtOne = false;
  /** By value, how UpCloud spells the addresses that this operation has seen. */
  private readonly spellings = new Map<string, string>();

  constructor(
    private readonly client: () => UpCloudClient,
    private readonly timer: Timer,
  ) {}

  /** As it was when the operation first asked. A failure is not kept: the next one who asks has another try. */
  initialList(timeMs = patienceMs): Promise<IpAddressWire[]> {
    this.first ??= this.list(timeMs).catch((error) => {
      this.first = undefined;
      throw error;
    });
    return this.first;
  }

  /**
   * For plans and warnings, which do without it where it cannot be had: no credentials, no network, no right to list. The
   * operation itself will say so where it matters.
   */
  addressesIfAvailable(): Promise<IpAddressWire[] | undefined> {
    this.plannedAddresses ??= this.initialList(plansPatienceMs).catch(() => undefined);
    return this.plannedAddresses;
  }

  serversIfAvailable(): Promise<ServerWire[] | undefined> {
    const list = async () => this.client().servers.list(AbortSignal.timeout(plansPatienceMs));
    this.plannedServers ??= list().catch(() => undefined);
    return this.plannedServers;
  }

  /**
   * The address as it was at most `maxAgeMs` ago, or `undefined` when there is none. One that is asked
   * for alone is a request about it; those that are asked for together share a list, and so do those that UpCloud spells
   * otherwise. That an address is gone, UpCloud has to say of the address itself. That another account has it throws.
   */
  async find(address: string, maxAgeMs: number, signal?: AbortSignal): Promise<IpAddressWire | undefined> {
    const isAlone = await this.isAlone(maxAgeMs);
    const listed = isAlone && this.isSpelled(address) ? undefined : await this.findListed(address, maxAgeMs);
    return listed === undefined || listed.malformed !== undefined ? this.get(address, signal) : listed;
  }

  /**
   * The address as a URL has to spell it: nothing says that UpCloud finds it in any spelling but its own. As it is given
   * where UpCloud does not show how it spells it.
   */
  async spellingInUrls(address: string, signal?: AbortSignal): Promise<string> {
    if (!this.isSpelled(address)) await this.find(address, recentMs, signal);
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

  private async get(address: string, signal = AbortSignal.timeout(patienceMs)): Promise<IpAddressWire | undefined> {
    const known = this.spellings.get(addressKey(address));
    for (const spelled of new Set(known === undefined ? [address, upCloudSpelling(address)] : [known])) {
      const answer = await this.client().ipAddresses.get(spelled, signal).catch(ignoreGone);
      if (answer === undefined) continue;
      this.recordSpelling(answer.address);
      return answer;
    }
    return undefined;
  }

  /** In the spelling that UpCloud was seen to use, or uses as far as was recorded. */
  private isSpelled(address: string): boolean {
    return this.spellings.has(addressKey(address)) || upCloudSpelling(address) === address;
  }

  private async findListed(address: string, maxAgeMs: number): Promise<ListedAddress | undefined> {
    const list = async (ageMs: number) => this.listed(ageMs).catch(about(address));
    const shared = await list(maxAgeMs);
    const found = shared?.get(addressKey(address));
    if (found !== undefined || shared === undefined || this.isSpelled(address)) return found;
    // A list that others have asked for may be older than the address, which cannot be asked for by itself.
    return (await list(Math.min(maxAgeMs, justNowMs)))?.get(addressKey(address));
  }

  private isYoung(maxAgeMs: number): boolean {
    return this.latest !== undefined && this.timer.now() - this.latest.atMs <= maxAgeMs;
  }

  /**
   * The engine hands over at once what it does in parallel, so the first who asks waits a moment for the second. One by
   * one, the second look shows that there are more.
   */
  private async isAlone(maxAgeMs: number): Promise<boolean> {
    if (this.hasLookedAtOne || this.isYoung(maxAgeMs)) return false;
    if (this.join !== undefined) {
      this.join();
      return false;
    }
    this.hasLookedAtOne = await new Promise<boolean>((resolve) => {
      this.join = () => resolve(false);
      this.nobodyCame().then(() => resolve(true));
    });
    this.join = undefined;
    return this.hasLookedAtOne;
  }

  /** On a busy computer the time may be over while others are waiting to be read from the engine. */
  private async nobodyCame(): Promise<void> {
    await this.timer.sleep(togetherMs);
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** `undefined` for a user who may see addresses, but not the list of them. */
  private async listed(maxAgeMs: number): Promise<Map<string, ListedAddress> | undefined> {
    if (!this.isYoung(maxAgeMs)) this.list(patienceMs).catch(() => undefined);
    return this.latest?.addresses.catch(unlessForbidden);
  }

  private list(timeMs: number): Promise<IpAddressWire[]> {
    const request = async () => this.client().ipAddresses.list(AbortSignal.timeout(timeMs));
    const listed = request();
    const addresses = listed.then((all) => {
      for (const { address } of all) this.recordSpelling(address);
      return new Map(all.map((one) => [addressKey(one.address), one]));
    });
    addresses.catch(() => {
      this.latest = undefined;
    });
    this.latest = { atMs: this.timer.now(), addresses };
    return listed;
  }
}

/** All reads of an operation share one list, within reason. */
export const recentMs = 60_000;

/** All share the list, whose failure names none of them. */
const about = (address: string) => (cause: unknown) => {
  throw new Error(`What became of address ${address} could not be looked up. ${messageOf(cause)}`);
};

function unlessForbidden(error: unknown): undefined {
  if (!isForbidden(error)) throw error;
}

const justNowMs = 10_000;
const patienceMs = 3 * 60_000;
const plansPatienceMs = 20_000;
const togetherMs = 50;
