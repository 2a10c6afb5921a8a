import type { UpCloudClient } from "../api/client";
import { AssignmentJournal } from "../journal/assignmentJournal";
import { isRunning, type JournalEntry, type ProcessName, thisProcess } from "../journal/journalEntry";
import { journalDirectory } from "../journal/journalFiles";
import { OperationChanges } from "../journal/operationChanges";
import { OwedStarts } from "../journal/pendingRestarts";
import { powerCycleIn, readConfiguration, type StackConfig, versionNotice } from "../model/configuration";
import type { StackHints } from "../model/hints";
import type { PowerCycle } from "../model/inputs";
import type { StackLocation } from "../state/operationState";
import type { StackState } from "../state/stackState";
import { AccountSnapshot } from "./account/addressCache";
import { StackAddresses } from "./account/stackAddresses";
import { AddressClaims } from "./assign/addressClaims";
import { Assignments } from "./assign/assignments";
import { CreateRecovery } from "./assign/createRecovery";
import { DeclaredRecords } from "./declaredRecords";
import { PlannedChanges } from "./powerCycle/expectedCreates";
import type { StoppedServers } from "./powerCycle/powerCycles";
import type { ForwardRecords, ForwardResolver } from "./ptrRecord/forwardRecord";
import { isEngineAlive } from "./runtime/engine";
import { type Pace, realPace } from "./runtime/timer";
import { Adoptions } from "./serverIpAddress/adoptions";
import { CreateTokens } from "./serverIpAddress/createTokens";
import { PreviewWarnings } from "./serverIpAddress/previewWarnings";
import { StateCache } from "./stack/stateCache";

/** What a session has from outside, and tests replace. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  /** Shows the user a line, at once. */
  notify(line: string): void;
  pace?: Pace;
  /** The state of the stack under way; fails where it cannot be read. */
  readState?(location: StackLocation, isOfThisOperation: (state: StackState) => boolean): Promise<StackState>;
  process?: ProcessName;
  resolver?: ForwardResolver;
  /** Default: asks the address that the plugin was started with. */
  isEngineAlive?(address?: string): Promise<boolean>;
}

/** What the resources of one operation share: one provider process serves them all. */
export class Session {
  /** Resources were declared: the operation is no refresh or destroy, or that part of it is over. */
  hasProgram = false;
  /** The operation is a preview, as its declarations tell. */
  isPreview = false;
  readonly createTokens = new CreateTokens();
  readonly adoptions = new Adoptions();
  readonly journal: AssignmentJournal;
  readonly claims: AddressClaims;
  readonly assignments: Assignments;
  readonly createRecovery: CreateRecovery;
  readonly state: StateCache;
  readonly plan: PlannedChanges;
  readonly snapshot: AccountSnapshot;
  readonly addresses: StackAddresses;
  readonly previewWarnings: PreviewWarnings;
  readonly declaredRecords = new DeclaredRecords();
  private stackLocation: StackLocation = {};
  private stackConfig: StackConfig = () => undefined;
  private madeClient: UpCloudClient | undefined;
  private madeStoppedServers: StoppedServers | undefined;
  private madeForwardRecords: ForwardRecords | undefined;
  private readonly owedStarts: OwedStarts;
  private readonly processes: OperationChanges;

  readonly notify: (line: string) => void;
  /** Default: of the engine that this process works for. */
  readonly isEngineAlive: (address?: string) => Promise<boolean>;
  private readonly env: NodeJS.ProcessEnv;
  private readonly self: ProcessName;
  private readonly pace: Pace;
  private readonly resolver: ForwardResolver | undefined;

  constructor(surroundings: Surroundings) {
    const { env, notify, pace = realPace, readState = noState, process = thisProcess } = surroundings;
    this.env = env;
    this.self = process;
    this.notify = notify;
    this.pace = pace;
    this.isEngineAlive = surroundings.isEngineAlive ?? isEngineAlive;
    this.snapshot = new AccountSnapshot(() => this.client(), pace);
    this.addresses = new StackAddresses(() => this.client(), this.snapshot);
    this.previewWarnings = new PreviewWarnings(this.snapshot, notify);
    this.resolver = surroundings.resolver;
    this.journal = AssignmentJournal.of(env, notify, process);
    const isAtWork = (note: Parameters<AssignmentJournal["isAtWork"]>[0]) =>
      this.journal.isAtWork(note, longestCycleMs);
    this.owedStarts = new OwedStarts(journalDirectory(env), process, isAtWork);
    this.processes = new OperationChanges(journalDirectory(env), process, isAtWork);
    this.plan = new PlannedChanges(pace.now, this.processes);
    const longestMs = () => this.configuration().requestTimeoutMs + marginMs;
    this.claims = new AddressClaims(this.journal, pace, longestMs, notify);
    this.state = new StateCache((isOfThisOperation) => readState(this.stackLocation, isOfThisOperation));
    const ipAddresses = () => this.client().ipAddresses;
    const ports = {
      isEngineAlive: () => this.isEngineAlive(),
      isUnderWay: (entry: JournalEntry) => this.isUnderWay(entry),
      readState: (...asked: Parameters<StateCache["atAnyTime"]>) => this.state.atAnyTime(...asked),
      unlessGone: (...about: Parameters<StackAddresses["unlessGone"]>) => this.addresses.unlessGone(...about),
      notify,
      pace,
    };
    this.assignments = new Assignments(ipAddresses, this.snapshot, this.journal, this.claims, ports);
    this.createRecovery = new CreateRecovery(ipAddresses, this.journal, this.assignments, this.claims, ports);
  }

  /** Takes the stack's configuration and does nothing else: the engine calls the life cycle before this has ended. */
  configure(config: StackConfig): void {
    this.stackConfig = config;
  }

  /** What a declaration tells of the stack: the same in all of them. */
  learnStack({ stack, projectFolder }: Partial<StackHints>): void {
    if (stack !== undefined) this.stackLocation = { stack, projectFolder };
  }

  /** The client of the configuration, made and loaded on first use: most checks and diffs never need it. */
  client(): UpCloudClient {
    this.madeClient ??= this.createClient();
    return this.madeClient;
  }

  /** Another process that has been assigned the address or adopts it: another provider of this operation, or one of another operation. */
  async holderElsewhere(address: string): Promise<{ entry: JournalEntry; isOfThisOperation: boolean } | undefined> {
    for (const entry of this.journal.othersWith(address)) {
      const isOfThisOperation = this.journal.isOfThisOperation(entry);
      if (isOfThisOperation || (await this.isUnderWay(entry))) return { entry, isOfThisOperation };
    }
    return undefined;
  }

  /** Whether the process of the entry and its engine run. Either alone may be another one, whose id or port is in use again. */
  private async isUnderWay(entry: JournalEntry): Promise<boolean> {
    if (!isRunning(entry.process, this.self)) return false;
    const { engine } = entry.process;
    return this.journal.isOfThisOperation(entry) || (engine !== undefined && (await this.isEngineAlive(engine)));
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
    const { ForwardRecords } = require("./ptrRecord/forwardRecord") as typeof import("./ptrRecord/forwardRecord");
    const { Resolver } = require("node:dns/promises") as typeof import("node:dns/promises");
    return new ForwardRecords(this.resolver ?? new Resolver({ timeout: 2000, tries: 2 }), this.notify, this.pace);
  }

  private createStoppedServers(): StoppedServers {
    const { StoppedServers } = require("./powerCycle/powerCycles") as typeof import("./powerCycle/powerCycles");
    const { Progress } = require("./runtime/progress") as typeof import("./runtime/progress");
    const progress = new Progress(this.notify, this.pace.now);
    return new StoppedServers(this.client().servers, progress, this.pace, this.plan, this.owedStarts, this.processes);
  }

  private createClient(): UpCloudClient {
    const configuration = this.configuration();
    const { createClient } = require("../api/client") as typeof import("../api/client");
    return createClient({
      ...configuration,
      sleep: this.pace.sleep,
      onVersionChange: (from, to) => this.notify(versionNotice(from, to)),
    });
  }
}

/** For the looks after a lost answer, and for what follows an assign. */
const marginMs = 30_000;
/** A process that cannot be looked at, on another host, has started its server by then, or never will. */
const longestCycleMs = 60 * 60_000;

const noState = () => Promise.reject(new Error("The state of the stack is not available."));
