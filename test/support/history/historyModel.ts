import type { Seed, Simulator } from "../../../src/simulator";
import { type JournalLine, journalEntries } from "../journalEntries";
import { type Entry, entryOf, isPending, nameOf, type Stack } from "../stackEntries";
import { OthersAddresses } from "./historyAccount";
import { doomed, Program } from "./historyProgram";
import { type History, type Step, servers } from "./historySteps";

/** What an account and the stacks of a computer are in. */
export interface World {
  readonly simulator: Simulator;
  readonly stacks: readonly [Stack, Stack];
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

/** What a history has to come to. It knows nothing of how the lifecycle works, nor of what drives it. */
export class HistoryModel {
  readonly programs: readonly [Program, Program];
  readonly others: OthersAddresses;
  /** By name, of each stack; `undefined`: UpCloud's default name. */
  private readonly ptrRecords = [new Map<string, string | undefined>(), new Map<string, string | undefined>()] as const;
  private present = new Set<string>();
  /** How many addresses a step has bought, and how many it has to buy. */
  private bought = 0;
  private purchases = 0;

  /** @param runs whether the first server runs */
  constructor(
    private readonly world: World,
    private readonly runs: boolean,
  ) {
    const [one, other] = world.stacks;
    this.others = new OthersAddresses(world.simulator.account);
    this.programs = [new Program(one, this.others.adoptable, runs), new Program(other, this.others.adoptable, runs)];
  }

  startStep(): void {
    this.look();
    this.bought = 0;
    this.purchases = 0;
  }

  /** What the author of a program and everybody else do before its next operation. */
  begin(of: 0 | 1, { edits, drifts }: Pick<Step, "edits" | "drifts">): void {
    const [stack, program] = [this.world.stacks[of], this.programs[of]];
    for (const edit of edits) program.edit(edit);
    this.others.apply(drifts, stack, program);
    this.others.adopted(program);
    const { bought } = this;
    this.look();
    this.bought = bought;
    this.expect(of);
  }

  /** Counts what was bought since the last look: to be done after every request. */
  look(): void {
    const now = new Set(this.addresses().map(({ address }) => address));
    for (const address of now) if (!this.present.has(address)) this.bought++;
    this.present = now;
  }

  /** At no time have two stacks one address, and never is anything changed that is somebody else's. */
  invariants(): void {
    const [one, other] = this.world.stacks.map(({ entries }) => new Set(entries.filter(isLive).map(({ id }) => id)));
    const differences = new Differences();
    differences.compare(
      "addresses of both stacks",
      [],
      [...(one ?? [])].filter((id) => other?.has(id)),
    );
    for (const change of this.others.changes()) differences.compare(...change);
    differences.end();
  }

  /** Throws where the account, a state or the journal is not what was expected after a step. */
  compare(): void {
    const differences = new Differences();
    for (const of of [0, 1] as const) this.compareStack(of, differences);
    const ours = this.addresses().filter(({ address }) => !this.others.has(address));
    const ids = this.world.stacks.flatMap(({ entries }) => entries.map(({ id }) => id));
    differences.compare("addresses", ours.map(({ address }) => address).sort(), ids.sort());
    differences.compare("addresses bought", this.purchases, this.bought);
    differences.compare("journal", [], this.unsettled(ids));
    differences.end();
    this.invariants();
  }

  /** @param isExcused after a kill, or where the user was told so, it is the user who starts it */
  serverRunsAgain(isExcused: boolean): void {
    const { account } = this.world.simulator;
    const state = account.getServer(servers[0])?.state;
    if (!this.runs || state === "started") return;
    if (!isExcused) throw new Error(`Expected the server to run again in the end, got ${state}`);
    account.startServer(servers[0]);
  }

  /** Whether a resource in the state has lost its address, so that UpCloud may give it to another stack. */
  hasLost = (of: 0 | 1): boolean =>
    this.world.stacks[of].entries.some((entry) => isLive(entry) && !this.isThere(entry));

  /** Names for `--target`, of the program or of what is taken out of it. */
  targetsAmong(of: 0 | 1, which: readonly number[]): string[] {
    const { entries } = this.world.stacks[of];
    const { resources } = this.programs[of];
    const names = [...new Set([...resources.map(({ name }) => name), ...entries.map(nameOf)])];
    const chosen = new Set(which.map((one) => names[one % names.length] ?? ""));
    const adopted = new Set(entries.filter((entry) => chosen.has(nameOf(entry))).map(({ id }) => id));
    // Nothing tells the lifecycle of an `adopt` whose resource is no target: a target that has the address releases it.
    const belong = resources.filter(({ alias, args }) => alias !== undefined || adopted.has(String(args.adopt)));
    return [...chosen, ...belong.map(({ name }) => name)];
  }

  private isThere = (entry: Entry): boolean => this.address(entry.id)?.server === entry.inputs.server;

  private expect(of: 0 | 1): void {
    this.ptrRecords[of].clear();
    for (const declared of this.programs[of].resources) {
      const { server, family, adopt, ptrRecord } = declared.args;
      const entry = entryOf(this.world.stacks[of], declared);
      const isKept =
        entry !== undefined && this.isThere(entry) && entry.inputs.server === server && entry.inputs.family === family;
      const isAdopted = typeof adopt === "string" && !(isKept && adopt === entry.id);
      if (!isKept && !isAdopted) this.purchases++;
      const isRestored = isKept && !isAdopted && entry.outputs.managesPtrRecord === true;
      const left = isAdopted ? this.address(adopt) : isKept && !isRestored ? this.address(entry.id) : undefined;
      this.ptrRecords[of].set(declared.name, (ptrRecord as string | undefined) ?? left?.ptrRecord);
    }
  }

  private compareStack(of: 0 | 1, differences: Differences): void {
    const { resources } = this.programs[of];
    const { entries } = this.world.stacks[of];
    differences.compare(`resources of ${of}`, resources.map(({ name }) => name).sort(), entries.map(nameOf).sort());
    differences.compare(`pending in ${of}`, [], entries.filter(isPending));
    for (const { name, args } of resources) {
      const found = this.address(entries.find((entry) => nameOf(entry) === name)?.id ?? "");
      differences.compare(`${name}'s place`, [args.server, args.family], [found?.server, found?.family]);
      const wanted = this.ptrRecords[of].get(name);
      const isAsWanted =
        wanted === undefined ? found?.ptrRecord.endsWith(".upcloud.host") : found?.ptrRecord === wanted;
      if (!isAsWanted) differences.compare(`${name}'s PTR record`, wanted ?? "the default", found?.ptrRecord);
    }
  }

  /** The journal keeps what Pulumi was told until a later operation sees it in the state; of anything else it is free. */
  private unsettled(ids: readonly string[]): JournalLine[] {
    return journalEntries(this.world.journalDirectory).filter(
      ({ phase, address, server }) =>
        server !== doomed.args.server && (phase !== "reported" || !ids.some((id) => id === address)),
    );
  }

  private addresses = () => this.world.simulator.account.listIpAddresses();
  private address = (text: string) => this.addresses().find(({ address }) => address === text);
}

/** Of one that is deleted before it is replaced, the address may be another one's by now. */
const isLive = ({ pendingReplacement }: Entry) => !pendingReplacement;

class Differences {
  private readonly found: string[] = [];

  compare(what: string, expected: unknown, got: unknown): void {
    const [a, b] = [JSON.stringify(expected), JSON.stringify(got)];
    if (a !== b) this.found.push(`${what}: expected ${a}, got ${b}`);
  }

  end(): void {
    if (this.found.length > 0) throw new Error(this.found.join("\n"));
  }
}
