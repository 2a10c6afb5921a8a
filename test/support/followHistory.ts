import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault, Seed } from "../../src/simulator";
import { type Extra, Program } from "./historyProgram";
import { type Drift, type History, type Kill, type Step, servers } from "./historySteps";
import { MortalProcess } from "./mortalProcess";
import { Machine } from "./operation";
import { type Declared, type Entry, type Outcome, PulumiStack, urnOf } from "./pulumiStack";

/** What a step has to come to, told from what was there before. */
interface Expected {
  /** How many addresses the step has to buy. */
  purchases: number;
  /** By name; `undefined`: UpCloud's default name. */
  ptrRecords: Map<string, string | undefined>;
}

const mostFurtherUps = 2;

/**
 * Follows a history with the life cycle and with a model that knows nothing of how it works: after each step, and at most
 * two further operations without faults, the account has what the program declares.
 */
export async function follow(history: History): Promise<void> {
  const machine = await Machine.start({ seed: seedOf(history), rules: { addressLimit: 12 } });
  const follower = new Follower(machine, history.runs);
  try {
    for (const step of history.steps) await follower.step(step);
    await follower.finish();
  } catch (error) {
    const story = follower.story.map((line) => `  ${line}`).join("\n");
    throw new Error(`${error instanceof Error ? error.message : error}\nThe history:\n${story}`);
  } finally {
    await follower.endOrphan();
    await machine.end();
  }
}

const seedOf = ({ runs }: History): Seed => ({
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

class Follower {
  readonly story: string[] = [];
  private readonly stack: PulumiStack;
  private readonly program: Program;
  /** Addresses that are not the stack's, with what nobody may change. */
  private readonly foreign = new Map<string, Extra>();
  private readonly adoptable = new Map<string, Extra>();
  private present = new Set<string>();
  private bought = 0;
  private process: MortalProcess | undefined;
  private died: (() => void) | undefined;
  private orphan: { standIn: ChildProcess; work: Promise<unknown> } | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly runs: boolean,
  ) {
    this.stack = new PulumiStack((ids) => {
      machine.inState = ids;
    });
    this.program = new Program(this.stack, this.adoptable, runs);
    for (const { address, partOfPlan, access } of this.addresses()) {
      this.isForeign(address);
      if (partOfPlan || access !== "public") this.adoptable.delete(address);
    }
    this.look();
  }

  async step({ edits, drifts, faults, kill }: Step): Promise<void> {
    for (const edit of edits) this.program.edit(edit);
    // An address that is released and assigned to somebody else on the same server looks like ours.
    for (const drift of [...drifts].sort((a, b) => Number(b.drift === "assign") - Number(a.drift === "assign"))) {
      this.drift(drift);
    }
    for (const { args } of this.program.resources) this.isOurs(args.adopt);
    this.look();
    this.bought = 0;
    const { resources } = this.program;
    this.story.push(
      `program ${JSON.stringify(resources)}${drifts.length > 0 ? `, drift ${JSON.stringify(drifts)}` : ""}`,
    );
    const expected = this.expected(resources);
    const hasDrifted = drifts.length > 0;
    let outcome = await this.attempt(hasDrifted, faults, kill);
    for (let ups = 0; !outcome.ok && ups < mostFurtherUps; ups++)
      outcome = await this.attempt(hasDrifted, [], undefined);
    if (!outcome.ok)
      throw new Error(
        `Expected ${mostFurtherUps} further ups to reach the program, got ${outcome.failures.join(" | ")}`,
      );
    await this.endOrphan();
    this.compare(expected);
    this.serverRunsAgain(kill !== undefined);
    this.program.dropAliases();
  }

  /** Nothing is left to do, and a destroy gives the account back. */
  async finish(): Promise<void> {
    this.look();
    this.bought = 0;
    this.machine.simulator.clearRequests();
    const { ok, failures } = await this.attempt(false, [], undefined);
    const writes = this.machine.simulator.requests.filter(({ method }) => method !== "GET");
    if (!ok || writes.length > 0) throw new Error(`Expected nothing to do, got ${JSON.stringify([failures, writes])}`);
    this.program.resources = [];
    const destroyed = await this.attempt(false, [], undefined);
    if (!destroyed.ok) throw new Error(`Expected a destroy to end well, got ${destroyed.failures.join(" | ")}`);
    this.compare({ purchases: 0, ptrRecords: new Map() });
  }

  /** A provider that lives on ends when its calls have. */
  async endOrphan(): Promise<void> {
    await this.orphan?.work;
    this.orphan = undefined;
  }

  private async attempt(hasDrifted: boolean, faults: readonly Fault[], kill: Kill | undefined): Promise<Outcome> {
    const { simulator } = this.machine;
    simulator.faults.clear();
    simulator.faults.add({ kind: "act", when: "after", times: 1_000_000, act: () => this.look() });
    if (kill !== undefined) this.await(kill);
    for (const fault of faults) simulator.faults.add(fault);
    const refreshed = hasDrifted
      ? await this.operate("refresh", faults, kill, (process) => this.stack.refresh(process))
      : { ok: true, failures: [] };
    if (!refreshed.ok) return refreshed;
    return this.operate("up", faults, kill, (process) => this.stack.up(this.program.resources, process));
  }

  private await({ after: skip, when, what, lostSaves }: Kill): void {
    const { faults } = this.machine.simulator;
    const act = () => {
      if (this.process === undefined) return;
      if (what !== "cli") this.process.kill();
      if (what !== "provider") this.process.isCliAlive = false;
      if (what === "both") this.stack.loseSaves(lostSaves);
      this.died?.();
    };
    faults.add({ kind: "act", skip, when: when === "before-effect" ? "before" : "after", act });
    if (when === "before-effect" && what !== "cli") faults.add({ kind: "drop", when, skip });
  }

  private async operate(
    name: string,
    faults: readonly Fault[],
    kill: Kill | undefined,
    run: (process: MortalProcess) => Promise<Outcome>,
  ): Promise<Outcome> {
    const env = faults.some(({ kind }) => kind === "no-answer") ? { UPCLOUD_REQUEST_TIMEOUT: "1s" } : {};
    // Somebody with the id of the provider has to run for as long as that lives on.
    const standIn = kill?.what === "cli" ? spawn("sleep", ["600"], { stdio: "ignore" }) : undefined;
    const process = new MortalProcess(this.machine, env, standIn?.pid);
    this.process = process;
    const death = new Promise<Outcome>((resolve) => {
      this.died = () => resolve({ ok: false, failures: [`killed: ${JSON.stringify(kill)}`] });
    });
    const work = run(process);
    const outcome = await Promise.race([work, death]);
    this.process = undefined;
    this.story.push(`${name}: ${outcome.ok ? "ok" : outcome.failures.join(" | ")} ${JSON.stringify(this.summary())}`);
    if (!process.isCliAlive && standIn !== undefined)
      this.orphan = { standIn, work: work.finally(() => ended(standIn)) };
    else {
      await process.afterlife(this.machine.simulator);
      if (standIn !== undefined) await ended(standIn);
    }
    return outcome;
  }

  private drift(drift: Drift): void {
    const { account } = this.machine.simulator;
    if (drift.drift === "assign") {
      const { address } = account.assignIpAddress(drift);
      if (drift.ptrRecord !== undefined) account.modifyIpAddress(address, { ptrRecord: drift.ptrRecord });
      this.isForeign(address);
      return;
    }
    const entries = this.stack.entries.filter(({ id }) => account.getIpAddress(id)?.owner === "us");
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

  private expected(resources: readonly Declared[]): Expected {
    const expected: Expected = { purchases: 0, ptrRecords: new Map() };
    for (const declared of resources) {
      const { server, family, adopt, ptrRecord } = declared.args;
      const entry = this.stack.entryOf(declared);
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

  private compare({ purchases, ptrRecords }: Expected): void {
    const { resources } = this.program;
    const differences: string[] = [];
    const expect = (what: string, expected: unknown, got: unknown) => {
      const [a, b] = [JSON.stringify(expected), JSON.stringify(got)];
      if (a !== b) differences.push(`${what}: expected ${a}, got ${b}`);
    };
    const { entries } = this.stack;
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

  /** After a kill, or where the user was told so, it is the user who starts it. */
  private serverRunsAgain(wasKilled: boolean): void {
    const { account } = this.machine.simulator;
    const state = account.getServer(servers[0])?.state;
    const isExcused = wasKilled || this.story.some((line) => line.includes("could not be started again"));
    if (!this.runs || state === "started") return;
    if (!isExcused) throw new Error(`Expected the server to run again in the end, got ${state}`);
    account.startServer(servers[0]);
  }

  /** Counts what was bought since the last look. */
  private look(): void {
    const now = new Set(this.addresses().map(({ address }) => address));
    for (const address of now) if (!this.present.has(address)) this.bought++;
    this.present = now;
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

  private summary() {
    return this.stack.entries.map(
      (one) => `${one.urn.split("::").at(-1)}=${one.id}${isPending(one) ? " pending" : ""}`,
    );
  }

  /** The journal keeps what Pulumi was told until a later operation sees it in the state; of anything else it is free. */
  private unsettled(): string[] {
    const { journalDirectory } = this.machine;
    const files = existsSync(journalDirectory) ? readdirSync(journalDirectory) : [];
    const entries = files
      .filter((file) => file.endsWith(".jsonl"))
      .map((file) => readFileSync(join(journalDirectory, file), "utf8").trim().split("\n").at(-1) ?? "");
    const ids = this.stack.entries.map(({ id }) => id);
    return entries.filter((line) => {
      const { phase, address } = JSON.parse(line) as { phase: string; address?: string };
      return phase !== "returned" || !ids.some((id) => id === address);
    });
  }

  private addresses = () => this.machine.simulator.account.listIpAddresses();
  private address = (text: string) => this.addresses().find(({ address }) => address === text);
}

const isPending = ({ pendingDelete, pendingReplacement, hasInitErrors }: Entry) =>
  pendingDelete || pendingReplacement || hasInitErrors;

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
