import { join } from "node:path";
import { type JournalLine, journalEntries } from "../../../support/journalEntries";
import type { Outcome, Project, StateResource } from "../../support/project";
import { unhelpfulIn } from "./complaints";
import { Ledger } from "./ledger";

/** An address that the program declares. */
export interface Place {
  name: string;
  server: string;
  family: "IPv4" | "IPv6";
  /** Absent: UpCloud's default. */
  ptrRecord?: string | undefined;
  /** The one that it has, once there is one. */
  address?: string | undefined;
}

/** What holds of the account, the state, the journal and the output while requests fail. */
export class FaultChecks {
  readonly ledger: Ledger;
  /** How many addresses the program has asked for up to now. */
  wanted = 0;
  private readonly before: unknown;

  constructor(
    private readonly project: Project,
    private readonly places: readonly Place[],
    private readonly serverState: "started" | "stopped",
  ) {
    this.before = project.account();
    this.ledger = new Ledger(project.simulator);
  }

  /** Nothing is bought that nobody knows of, nothing of anybody else's is touched, and what is said helps. */
  afterRun({ ok, output }: Outcome): void {
    const { before, bought } = this.ledger;
    expect(before.map(({ address }) => this.project.address(address))).toEqual(before);
    const saved = this.project.resources;
    const ids = saved.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(saved.filter((one) => !this.isTrue(one))).toEqual([]);
    const entries = this.journal();
    const unknown = this.ledger
      .extras()
      .filter(
        ({ address, server }) =>
          !ids.includes(address) &&
          !entries.some(
            (entry) => entry.address === address || (entry.address === undefined && entry.server === server),
          ),
      );
    expect(unknown).toEqual([]);
    expect(bought).toBeLessThanOrEqual(this.wanted);
    expect(output).not.toMatch(/^\s+at /m);
    if (!ok) expect(unhelpfulIn(output)).toEqual([]);
  }

  /** The account has what the program declares, once, and the state tells of it. */
  asDeclared(): void {
    const saved = this.project.resources;
    for (const place of this.places) {
      const { id = "", outputs = {} } = saved.find(({ urn }) => urn.endsWith(`::${place.name}`)) ?? {};
      const { name: _, address: __, ptrRecord = outputs.defaultPtrRecord, ...declared } = place;
      expect(outputs).toMatchObject({ ...declared, ptrRecord });
      expect(this.project.address(id)).toMatchObject({ ...declared, ptrRecord });
      expect(this.project.simulator.account.getServer(place.server)?.state).toBe(this.serverState);
      place.address = id;
    }
    const ids = saved.map(({ id }) => id).sort();
    const extras = this.ledger.extras().map(({ address }) => address);
    expect(extras.sort()).toEqual(ids);
    expect(ids).toHaveLength(this.places.length);
    expect(this.ledger.bought).toBe(this.wanted);
  }

  asBefore(): void {
    expect(this.project.resources).toEqual([]);
    expect(this.project.account()).toEqual(this.before);
    expect(this.ledger.bought).toBe(this.wanted);
    expect(this.journal()).toEqual([]);
  }

  /** What the state says of an address is so, unless it was released in the meantime. */
  private isTrue({ id = "", outputs }: StateResource): boolean {
    const { server, family } = this.project.address(id) ?? {};
    return this.ledger.released.has(id) || (server === outputs.server && family === outputs.family);
  }

  private journal(): JournalLine[] {
    return journalEntries(join(this.project.directory, "home/upcloud-ip"));
  }
}
