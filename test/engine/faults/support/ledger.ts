import type { Address, Simulator } from "pulumi-upcloud-ip/simulator";
import { always } from "../../../support/faults";

/** What comes into the account and goes out of it, seen after every request that reaches UpCloud. */
export class Ledger {
  readonly before: readonly Address[];
  /** How many addresses came in. */
  bought = 0;
  /** What came in and is not there any more. */
  readonly released = new Set<string>();
  private present = new Set<string>();

  constructor(private readonly simulator: Simulator) {
    this.before = simulator.account.listIpAddresses();
    this.watch();
  }

  /** Takes back all faults, and goes on watching. */
  watch(): void {
    this.simulator.faults.clear();
    this.simulator.faults.add({ kind: "act", times: always, when: "after", act: () => this.look() });
  }

  /** Addresses that were not there in the beginning. */
  extras(): Address[] {
    const old = new Set(this.before.map(({ address }) => address));
    return this.simulator.account.listIpAddresses().filter(({ address }) => !old.has(address));
  }

  private look(): void {
    const now = new Set(this.extras().map(({ address }) => address));
    for (const address of this.present) if (!now.has(address)) this.released.add(address);
    this.bought += [...now].filter((address) => !this.present.has(address)).length;
    this.present = now;
  }
}
