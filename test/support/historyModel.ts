import type { Seed, Simulator } from "../../src/simulator";
import { type Extra, Program } from "./historyProgram";
import { type Drift, type History, type Step, servers } from "./historySteps";
import { type JournalLine, journalEntries } from "./journalEntries";
import { entryOf, isPending, type Stack, urnOf } from "./stackEntries";

/** What a step has to come to, told from what was there before. */
interface Expected {
  /** How many addresses the step has to buy. */
  purchases: number;
  /** By name; `undefined`: UpCloud's default name. */
  ptrRecords: Map<string, string | undefined>;
}

/** What an account and a stack are in. */
export interface World {
  readonly simulator: Simulator;
  readonly stack: Stack;
  readonly journalDirectory: string;
}

/** The account that a history begins with. */
export const seedOf = ({ runs }: History): Seed => ({
  servers: [
    {
      uuid: servers[0],
      state: runs ? "started" : "stopped",
      ipAddresses: [{ partOfPlan: true }, { access: "private" }, { family: "IPv6" }],
    },
    {
      uuid: servers[1],
      state: "stopped",
      ipAddresses: [{ partOfPlan: true }, {}, { ptrRecord: "theirs.example.net" }],
    },
    { uuid: servers[2], zone: "de-fra1", state: "stopped", ipAddresses: [{ partOfPlan: true }, { access: "private" }] },
  ],
});

/** What a history has to come to. It knows nothing of how the life cycle works, nor of what drives it. */
export class HistoryModel {
  readonly program: Program;
  /** Addresses that are not the stack's, with what nobody may change. */
  private readonly foreign = new Map<string, Extra>();
  private readonly adoptable = new Map<string, Extra>();
  private present = new Set<string>();
  private bought = 0;

  /** @param runs whether the first server runs */
  constructor(
    private readonly world: World,
    private readonly runs: boolean,
  ) {
    this.program = new Program(world.stack, this.adoptable, runs);
    for (const { address, partOfPlan, access } of this.addresses()) {
      this.isForeign(address);
      if (partOfPlan || access !== "public") this.adoptable.delete(address);
    }
    this.look();
  }

  /** What the author and everybody else do before the step's first operation. */
  begin({ edits, drifts }: Pick<Step, "edits" | "drifts">): Expected {
    for (const edit of edits) this.program.edit(edit);
    // An address that is released and assigned to somebody else on the same server looks like ours.
    for (const drift of [...drifts].sort((a, b) => Number(b.drift === "assign") - Number(a.drift === "assign"))) {
      this.drift(drift);
    }
    for (const { args } of this.program.resources) this.isOurs(args.adopt);
    this.look();
    this.bought = 0;
    return this.expected();
  }

  /** Counts what was bought since the last look: to be done after every request. */
  look(): void {
    const now = new Set(this.addresses().map(({ address }) => address));
    for (const address of now) if (!this.present.has(address)) this.bought++;
    this.present = now;
  }

  /** Throws where the account, the state or the journal is not what was expected. */
  compare({ purchases, ptrRecords }: Expected): void {
    const { resources } = this.program;
    const differences: string[] = [];
    const expect = (what: string, expected: unknown, got: unknown) => {
      const [a, b] = [JSON.stringify(expected), JSON.stringify(got)];
      if (a !== b) differences.push(`${what}: expected ${a}, got ${b}`);
    };
    const { entries } = this.world.stack;
    const urns = (list: readonly { urn: string }[]) => list.map(({ urn }) => urn).sort();
    expect("resources", resources.map(({ name }) => urnOf(name)).sort(), urns(entries));
    expect("pending", [], entries.filter(isPending));
    const ours = this.addresses().filter(({ address }) => !this.foreign.has(address));
    expect("addresses", ours.map(({ address }) => address).sort(), entries.map(({ id }) => id).sort());
    for (const { name, args } of resources) {
      const found = this.address(entries.find(({ urn }) => urn === urnOf(name))?.id ?? "");
      expect(`${name}'s place`, [args.server, args.family], [found?.server, found?.family]);
      const wanted = ptrRecords.get(name);
      const isAsWanted =
        wanted === undefined ? found?.ptrRecord.endsWith(".upcloud.host") : found?.ptrRecord === wanted;
      if (!isAsWanted) expect(`${name}'s PTR record`, wanted ?? "the default", found?.ptrRecord);
    }
    for (const [address, { server, family, ptrRecord }] of this.foreign) {
      const found = this.address(address);
      expect(`foreign ${address}`, [server, family, ptrRecord], [found?.server, found?.family, found?.ptrRecord]);
    }
    expect("addresses bought", purchases, this.bought);
    expect("journal", [], this.unsettled());
    if (differences.length > 0) throw new Error(differences.join("\n"));
  }

  /** @param isExcused after a kill, or where the user was told so, it is the user who starts it */
  serverRunsAgain(isExcused: boolean): void {
    const { account } = this.world.simulator;
    const state = account.getServer(servers[0])?.state;
    if (!this.runs || state === "started") return;
    if (!isExcused) throw new Error(`Expected the server to run again in the end, got ${state}`);
    account.startServer(servers[0]);
  }

  private drift(drift: Drift): void {
    const { account } = this.world.simulator;
    if (drift.drift === "assign") {
      const { address } = account.assignIpAddress(drift);
      if (drift.ptrRecord !== undefined) account.modifyIpAddress(address, { ptrRecord: drift.ptrRecord });
      this.isForeign(address);
      return;
    }
    const entries = this.world.stack.entries.filter(({ id }) => account.getIpAddress(id)?.owner === "us");
    const entry = entries[drift.which % entries.length];
    if (entry === undefined || this.foreign.has(entry.id)) return;
    const { id } = entry;
    if (drift.drift === "ptrRecord") account.modifyIpAddress(id, { ptrRecord: drift.ptrRecord });
    if (drift.drift === "move" && drift.server !== entry.inputs.server) {
      account.moveIpAddress(id, drift.server);
      this.isForeign(id);
      this.program.adoptNoMore(id);
    }
    if (drift.drift === "release") account.releaseIpAddress(id);
    if (drift.drift === "give away") account.giveIpAddressAway(id);
    if (drift.drift === "release" || drift.drift === "give away") this.program.adoptNoMore(id);
  }

  private expected(): Expected {
    const expected: Expected = { purchases: 0, ptrRecords: new Map() };
    for (const declared of this.program.resources) {
      const { server, family, adopt, ptrRecord } = declared.args;
      const entry = entryOf(this.world.stack, declared);
      const isThere = entry !== undefined && this.address(entry.id)?.server === entry.inputs.server;
      const isKept = isThere && entry.inputs.server === server && entry.inputs.family === family;
      const isAdopted = typeof adopt === "string" && !(isKept && adopt === entry.id);
      if (!isKept && !isAdopted) expected.purchases++;
      const isRestored = isKept && !isAdopted && entry.outputs.managesPtrRecord === true;
      const left = isAdopted ? this.address(adopt) : isKept && !isRestored ? this.address(entry.id) : undefined;
      expected.ptrRecords.set(declared.name, (ptrRecord as string | undefined) ?? left?.ptrRecord);
    }
    return expected;
  }

  private isForeign(address: string): void {
    const { server = "", family, ptrRecord } = this.address(address) ?? { family: "IPv4", ptrRecord: "" };
    this.foreign.set(address, { server, family, ptrRecord });
    this.adoptable.set(address, { server, family, ptrRecord });
  }

  private isOurs(address: unknown): void {
    this.foreign.delete(String(address));
    this.adoptable.delete(String(address));
  }

  /** The journal keeps what Pulumi was told until a later operation sees it in the state; of anything else it is free. */
  private unsettled(): JournalLine[] {
    const ids = this.world.stack.entries.map(({ id }) => id);
    return journalEntries(this.world.journalDirectory).filter(
      ({ phase, address }) => phase !== "reported" || !ids.some((id) => id === address),
    );
  }

  private addresses = () => this.world.simulator.account.listIpAddresses();
  private address = (text: string) => this.addresses().find(({ address }) => address === text);
}
