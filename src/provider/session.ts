import type { UpCloudClient } from "../api/client";
import { AssignmentJournal } from "../journal/assignmentJournal";
import { isRunning, type JournalEntry, type ProcessName, thisProcess } from "../journal/journalEntry";
import { journalDirectory } from "../journal/journalFiles";
import { OperationChanges } from "../journal/operationChanges";
import { PendingRestarts } from "../journal/pendingRestarts";
import { powerCycleIn, readConfiguration, type StackConfig, versionNotice } from "../model/configuration";
import type { StackHints } from "../model/hints";
import type { PowerCycleInput } from "../model/inputs";
import type { StackLocation } from "../state/operationState";
import type { StackState } from "../state/stackState";
import { AddressCache } from "./account/addressCache";
import { StackAddresses } from "./account/stackAddresses";
import { AddressClaims } from "./assign/addressClaims";
import { Assignments } from "./assign/assignments";
import { CreateRecovery } from "./assign/createRecovery";
import { DeclaredRecords } from "./declaredRecords";
import { ExpectedCreates } from "./powerCycle/expectedCreates";
import type { PowerCycles } from "./powerCycle/powerCycles";
import { isEngineAlive } from "./runtime/engine";
import { realTimer, type Timer } from "./runtime/timer";
import { Warnings } from "./runtime/warnings";
import { StateCache } from "./stack/stateCache";

/** What a session gets from outside. Tests replace it. */
export interface SessionOptions {
  env: NodeJS.ProcessEnv;
  /** Shows the user a line, at once. */
  notify(line: string): void;
  timer?: Timer;
  /** The state of the stack under way. Throws where it cannot be read. */
  readState?(location: StackLocation, isOfThisOperation: (state: StackState) => boolean): Promise<StackState>;
  process?: ProcessName;
  /** Default: asks the address that the plugin was started with. */
  isEngineAlive?(address?: string): Promise<boolean>;
}

/** What the resources of one operation share: one provider process serves them all. */
export class Session {
  /** Resources were declared: the operation is not a refresh or a destroy, or that part of it is over. */
  hasProgram = false;
  /** The operation is a preview, as its declarations say. */
  isPreview = false;
  readonly notify: (line: string) => void;
  readonly timer: Timer;
  readonly warnings: Warnings;
  /** Default: of the engine that this process works for. */
  readonly isEngineAlive: (address?: string) => Promise<boolean>;
  readonly addressCache: AddressCache;
  readonly stackAddresses: StackAddresses;
  readonly stackState: StateCache;
  readonly journal: AssignmentJournal;
  readonly claims: AddressClaims;
  readonly assignments: Assignments;
  readonly createRecovery: CreateRecovery;
  readonly expectedCreates: ExpectedCreates;
  readonly declaredRecords = new DeclaredRecords();
  private readonly env: NodeJS.ProcessEnv;
  private readonly self: ProcessName;
  private readonly pendingRestarts: PendingRestarts;
  private readonly operationChanges: OperationChanges;
  private stackConfig: StackConfig = () => undefined;
  private stackLocation: StackLocation = {};
  private madeClient: UpCloudClient | undefined;
  private madePowerCycles: PowerCycles | undefined;

  constructor(options: SessionOptions) {
    const { env, notify, timer = realTimer, readState = noState, process = thisProcess } = options;
    this.env = env;
    this.self = process;
    this.notify = notify;
    this.timer = timer;
    this.warnings = new Warnings(notify);
    this.isEngineAlive = options.isEngineAlive ?? isEngineAlive;
    this.addressCache = new AddressCache(() => this.client(), timer);
    this.stackAddresses = new StackAddresses(() => this.client(), this.addressCache);
    this.stackState = new StateCache((isOfThisOperation) => readState(this.stackLocation, isOfThisOperation));

    this.journal = AssignmentJournal.of(env, notify, process);
    const isAtWork = (entry: Pick<JournalEntry, "process" | "at">) => this.journal.isAtWork(entry, maxPowerCycleMs);
    this.pendingRestarts = new PendingRestarts(journalDirectory(env), process, isAtWork);
    this.operationChanges = new OperationChanges(journalDirectory(env), process, isAtWork);
    this.expectedCreates = new ExpectedCreates(timer.now, this.operationChanges);

    const ipAddresses = () => this.client().ipAddresses;
    const maxAssignMs = () => this.configuration().requestTimeoutMs + marginMs;
    const ports = {
      isEngineAlive: () => this.isEngineAlive(),
      isUnderWay: (entry: JournalEntry) => this.isUnderWay(entry),
      readState: (...asked: Parameters<StateCache["atAnyTime"]>) => this.stackState.atAnyTime(...asked),
      ignoreGone: (...about: Parameters<StackAddresses["ignoreGone"]>) => this.stackAddresses.ignoreGone(...about),
      notify,
      timer,
    };
    this.claims = new AddressClaims(this.journal, timer, maxAssignMs, notify);
    this.assignments = new Assignments(ipAddresses, this.addressCache, this.journal, this.claims, ports);
    this.createRecovery = new CreateRecovery(ipAddresses, this.journal, this.assignments, this.claims, ports);
  }

  /** Keeps the stack's configuration and does nothing else: the engine calls the life cycle before `configure` has returned. */
  configure(config: StackConfig): void {
    this.stackConfig = config;
  }

  /** What every declaration says of the operation and its stack. */
  learn({ preview, stack, projectFolder }: Partial<StackHints>): void {
    this.isPreview ||= preview === true;
    if (stack !== undefined) this.stackLocation = { stack, projectFolder };
  }

  /** Made, and its code loaded, by the first call: most checks and diffs do not need it. */
  client(): UpCloudClient {
    this.madeClient ??= this.createClient();
    return this.madeClient;
  }

  /** For changes that need a stopped server. Made, and its code loaded, by the first call. */
  powerCycles(): PowerCycles {
    this.madePowerCycles ??= this.createPowerCycles();
    return this.madePowerCycles;
  }

  /** The stack's default for `powerCycle`. */
  defaultPowerCycle(): PowerCycleInput {
    return powerCycleIn(this.stackConfig("upcloud:powerCycle"));
  }

  powerCycleOf({ powerCycle }: { powerCycle?: PowerCycleInput }): PowerCycleInput {
    return powerCycle ?? this.defaultPowerCycle();
  }

  /** Another process that has been assigned the address or adopts it: another provider of this operation, or one of another operation. */
  async holderElsewhere(address: string): Promise<{ entry: JournalEntry; isOfThisOperation: boolean } | undefined> {
    for (const entry of this.journal.othersWith(address)) {
      const isOfThisOperation = this.journal.isOfThisOperation(entry);
      if (isOfThisOperation || (await this.isUnderWay(entry))) return { entry, isOfThisOperation };
    }
    return undefined;
  }

  /** Whether the process of the entry and its engine run. Either alone may be a new one that uses the id or the port again. */
  private async isUnderWay(entry: JournalEntry): Promise<boolean> {
    if (!isRunning(entry.process, this.self)) return false;
    const { engine } = entry.process;
    return this.journal.isOfThisOperation(entry) || (engine !== undefined && (await this.isEngineAlive(engine)));
  }

  private configuration() {
    return readConfiguration(this.stackConfig, this.env);
  }

  private createClient(): UpCloudClient {
    const configuration = this.configuration();
    // biome-ignore lint/style/noCommonJs: loaded by the first call, since most checks and diffs do not need it.
    const { createClient } = require("../api/client") as typeof import("../api/client");
    return createClient({
      ...configuration,
      sleep: this.timer.sleep,
      onVersionChange: (from, to) => this.notify(versionNotice(from, to)),
    });
  }

  private createPowerCycles(): PowerCycles {
    // biome-ignore lint/style/noCommonJs: loaded by the first change of a server.
    const { PowerCycles } = require("./powerCycle/powerCycles") as typeof import("./powerCycle/powerCycles");
    // biome-ignore lint/style/noCommonJs: the same.
    const { Progress } = require("./runtime/progress") as typeof import("./runtime/progress");
    const progress = new Progress(this.notify, this.timer.now);
    const { servers } = this.client();
    return new PowerCycles(
      servers,
      progress,
      this.timer,
      this.expectedCreates,
      this.pendingRestarts,
      this.operationChanges,
    );
  }
}

/** What an assign takes beside its request: looks after a lost response, and what follows the assign. */
const marginMs = 30_000;
/** A process that cannot be looked at, on another host, has started its server by then, or never will. */
const maxPowerCycleMs = 60 * 60_000;

const noState = () => Promise.reject(new Error("The state of the stack is not available."));
