import type { UpCloudClient } from "../api/client";
import type { StateAddress } from "../state/stackState";
import { AccountSnapshot } from "./accountSnapshot";
import { Adoptions } from "./adoptions";
import { AssignmentJournal, journalDirectory, type ProcessName, thisProcess } from "./assignmentJournal";
import { Assignments } from "./assignments";
import { type Environment, powerCycleIn, readConfiguration, type StackConfig } from "./configuration";
import { Creations } from "./creations";
import { DeclaredRecords } from "./declaredRecords";
import { isEngineAlive } from "./engine";
import type { ForwardRecords, ForwardResolver } from "./forwardRecord";
import type { PowerCycle } from "./inputs";
import { InterruptedCreates } from "./interruptedCreates";
import { OwedStarts } from "./owedStarts";
import { type Pace, realPace } from "./pace";
import { PlannedChanges } from "./plannedChanges";
import { PreviewWarnings } from "./previewWarnings";
import type { StoppedServers } from "./stoppedServers";
import { UnclaimedAddresses } from "./unclaimedAddresses";

/** What a session has from outside, and tests replace. */
export interface Surroundings {
  env: Environment;
  /** Shows the user a line, at once. */
  notify(line: string): void;
  pace?: Pace;
  /** What the stack's state says of addresses now; fails where it cannot be read. */
  readState?(stack: string): Promise<readonly StateAddress[]>;
  process?: ProcessName;
  resolver?: ForwardResolver;
  /** Default: asks the address that the plugin was started with. */
  isEngineAlive?(): Promise<boolean>;
}

/** What the resources of one operation share: one provider process serves them all. */
export class Session {
  /** Resources were declared: the operation is no refresh or destroy, or that part of it is over. */
  hasProgram = false;
  /** The operation is a preview, as its declarations tell. */
  isPreview = false;
  /** The stack, as the Pulumi CLI names it. */
  stack: string | undefined;
  readonly creations = new Creations();
  readonly adoptions = new Adoptions();
  readonly journal: AssignmentJournal;
  readonly unclaimed: UnclaimedAddresses;
  readonly assignments: Assignments;
  readonly interruptedCreates: InterruptedCreates;
  readonly plan: PlannedChanges;
  readonly snapshot: AccountSnapshot;
  readonly previewWarnings: PreviewWarnings;
  readonly declaredRecords = new DeclaredRecords();
  private stackConfig: StackConfig = () => undefined;
  private madeClient: UpCloudClient | undefined;
  private madeStoppedServers: StoppedServers | undefined;
  private madeForwardRecords: ForwardRecords | undefined;
  private readonly owedStarts: OwedStarts;

  readonly notify: (line: string) => void;
  private readonly env: Environment;
  private readonly pace: Pace;
  private readonly resolver: ForwardResolver | undefined;
  private readonly readState: (stack: string) => Promise<readonly StateAddress[]>;
  private stateAtHand: Promise<readonly StateAddress[] | undefined> | undefined;

  constructor(surroundings: Surroundings) {
    const { env, notify, pace = realPace, readState = noState, process = thisProcess } = surroundings;
    this.env = env;
    this.notify = notify;
    this.pace = pace;
    this.readState = readState;
    this.plan = new PlannedChanges(pace.now);
    this.snapshot = new AccountSnapshot(() => this.client(), pace);
    this.previewWarnings = new PreviewWarnings(this.snapshot, notify);
    this.resolver = surroundings.resolver;
    this.journal = AssignmentJournal.of(env, notify, process);
    this.owedStarts = new OwedStarts(journalDirectory(env), process, (owed) =>
      this.journal.isAtWork(owed, longestCycleMs),
    );
    const longestMs = () => this.configuration().requestTimeoutMs + marginMs;
    this.unclaimed = new UnclaimedAddresses(this.journal, pace, longestMs);
    const ipAddresses = () => this.client().ipAddresses;
    const engine = { isAlive: surroundings.isEngineAlive ?? isEngineAlive };
    this.assignments = new Assignments(ipAddresses, this.snapshot, this.journal, this.unclaimed, engine, pace);
    this.interruptedCreates = new InterruptedCreates(ipAddresses, this.journal, this.assignments, this.unclaimed, {
      inState: () => this.inState(),
      say: notify,
      pace,
    });
  }

  /** Takes the stack's configuration and does nothing else: the engine calls the life cycle before this has ended. */
  configure(config: StackConfig): void {
    this.stackConfig = config;
  }

  /** The client of the configuration, made and loaded on first use: most checks and diffs never need it. */
  client(): UpCloudClient {
    this.madeClient ??= this.createClient();
    return this.madeClient;
  }

  /** What the stack's state said of addresses when it was first asked for, or `undefined` where it cannot be read. */
  inState(): Promise<readonly StateAddress[] | undefined> {
    const read = async () => (this.stack === undefined ? undefined : this.readState(this.stack));
    this.stateAtHand ??= read().catch(() => undefined);
    return this.stateAtHand;
  }

  /** For changes that need a stopped server; made and loaded on first use, like the client. */
  stoppedServers(): StoppedServers {
    this.madeStoppedServers ??= this.createStoppedServers();
    return this.madeStoppedServers;
  }

  /** Loaded on first use too. */
  forwardRecords(): ForwardRecords {
    this.madeForwardRecords ??= this.createForwardRecords();
    return this.madeForwardRecords;
  }

  /** The stack's default for `powerCycle`. */
  powerCycle(): PowerCycle {
    return powerCycleIn(this.stackConfig("upcloud:powerCycle"));
  }

  powerCycleOf({ powerCycle }: { powerCycle?: PowerCycle }): PowerCycle {
    return powerCycle ?? this.powerCycle();
  }

  private configuration() {
    return readConfiguration(this.stackConfig, this.env);
  }

  private createForwardRecords(): ForwardRecords {
    const { ForwardRecords } = require("./forwardRecord") as typeof import("./forwardRecord");
    const { Resolver } = require("node:dns/promises") as typeof import("node:dns/promises");
    return new ForwardRecords(this.resolver ?? new Resolver({ timeout: 2000, tries: 2 }), this.notify, this.pace);
  }

  private createStoppedServers(): StoppedServers {
    const { StoppedServers } = require("./stoppedServers") as typeof import("./stoppedServers");
    const { Progress } = require("./progress") as typeof import("./progress");
    const progress = new Progress(this.notify, this.pace.now);
    return new StoppedServers(this.client().servers, progress, this.pace, this.plan, this.owedStarts);
  }

  private createClient(): UpCloudClient {
    const configuration = this.configuration();
    const { createClient } = require("../api/client") as typeof import("../api/client");
    return createClient({
      ...configuration,
      sleep: this.pace.sleep,
      onVersionChange: (from, to) =>
        this.notify(`UpCloud no longer serves API ${from}: going on with ${to}. Set upcloud:apiVersion to ${to}.`),
    });
  }
}

/** For the looks after a lost answer, and for what follows an assign. */
const marginMs = 30_000;
/** A process that cannot be looked at, on another host, has started its server by then, or never will. */
const longestCycleMs = 60 * 60_000;

const noState = () => Promise.reject(new Error("Here is no state to read."));
