import type { Simulator } from "../../../src/simulator";
import type { Stack } from "../stackEntries";
import type { Extra, Program } from "./historyProgram";
import type { Drift } from "./historySteps";

/** What everybody else has in the account, and does to it. */
export class OthersAddresses {
  /** Addresses that are not the stacks', with what nobody may change. */
  private readonly foreign = new Map<string, Extra>();
  /** Those of them that a program may adopt. */
  readonly adoptable = new Map<string, Extra>();

  constructor(private readonly account: Simulator["account"]) {
    for (const { address, partOfPlan, access } of account.listIpAddresses()) {
      this.isForeign(address);
      if (partOfPlan || access !== "public") this.adoptable.delete(address);
    }
  }

  has = (address: string): boolean => this.foreign.has(address);

  /** The resources of a program have them from now on. */
  adopted({ resources }: Program): void {
    for (const { args } of resources) {
      this.foreign.delete(String(args.adopt));
      this.adoptable.delete(String(args.adopt));
    }
  }

  apply(drifts: readonly Drift[], stack: Stack, program: Program): void {
    // An address that is released and assigned to somebody else on the same server looks like ours.
    const isAssign = ({ drift }: Drift) => Number(drift === "assign");
    for (const drift of [...drifts].sort((a, b) => isAssign(b) - isAssign(a))) this.drift(drift, stack, program);
  }

  /** What was changed that nobody may change. */
  *changes(): Generator<[what: string, expected: unknown, got: unknown]> {
    for (const [address, { server, family, ptrRecord }] of this.foreign) {
      const found = this.account.getIpAddress(address);
      yield [`foreign ${address}`, [server, family, ptrRecord], [found?.server ?? "", found?.family, found?.ptrRecord]];
    }
  }

  private drift(drift: Drift, stack: Stack, program: Program): void {
    const { account } = this;
    if (drift.drift === "assign") {
      const { address } = account.assignIpAddress(drift);
      if (drift.ptrRecord !== undefined) account.modifyIpAddress(address, { ptrRecord: drift.ptrRecord });
      this.isForeign(address);
      return;
    }
    const entries = stack.entries.filter(({ id }) => account.getIpAddress(id)?.owner === "us");
    const entry = entries[drift.which % entries.length];
    if (entry === undefined || this.foreign.has(entry.id)) return;
    const { id } = entry;
    if (drift.drift === "ptrRecord") account.modifyIpAddress(id, { ptrRecord: drift.ptrRecord });
    if (drift.drift === "move" && drift.server !== entry.inputs.server) {
      account.moveIpAddress(id, drift.server);
      this.isForeign(id);
      program.adoptNoMore(id);
    }
    if (drift.drift === "release") account.releaseIpAddress(id);
    if (drift.drift === "give away") account.giveIpAddressAway(id);
    if (drift.drift === "release" || drift.drift === "give away") program.adoptNoMore(id);
  }

  private isForeign(address: string): void {
    const found = this.account.getIpAddress(address);
    const { server = "", family, ptrRecord } = found ?? { family: "IPv4" as const, ptrRecord: "" };
    this.foreign.set(address, { server, family, ptrRecord });
    this.adoptable.set(address, { server, family, ptrRecord });
  }
}
