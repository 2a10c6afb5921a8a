import type { UpCloudClient } from "../api/client";
import type { ApiVersion } from "../api/wire";
import { AssignmentJournal } from "../journal/assignmentJournal";
import { isRunning, type JournalEntry, type ProcessName, thisProcess } from "../journal/journalEntry";
import { journalDirectory } from "../journal/journalFiles";
import { OperationChanges } from "../journal/operationChanges";
import { PendingRestarts } from "../journal/pendingRestarts";
import {
  apiVersionIn,
  powerCycleIn,
  readConfiguration,
  type StackConfig,
  versionNotice,
} from "../model/configuration/configuration";
import type { StackHints } from "../model/hints";
import type { PowerCycleInput } from "../model/inputs";
import type { CheckFailure } from "../model/rules";
import type { StackLocation } from "../state/operationState";
import type { StackState } from "../state/stackState";
import { AddressCache } from "./account/addressCache";
import { StackAddresses } from "./account/stackAddresses";
import { AddressClaims } from "./assign/addressClaims";
import { Assignments, maxEffectDelayMs } from "./assign/assignments";
import { CreateRecovery } from "./assign/createRecovery";
import { DeclaredRecords } from "./declaredRecords";
import { ExpectedCreates } from "./powerCycle/expectedCreates";
import { ExpectedReleases } from "./powerCycle/expectedReleases";
import type { PowerCycles } from "./powerCycle/powerCycles";
import { configurationFailures, notCheckedMessage, unknownKeyMessage } from "./runtime/configurationProblems";
import { isEngineAlive } from "./runtime/engine";
import { realTimer, type Timer } from "./runtime/timer";
import { Warnings } from "./runtime/warnings";
import { StateCache } from "./stack/stateCache";

/** What a session depends on. Tests replace it. */
export interface SessionOptions {
  env: NodeJS.ProcessEnv;
  /** Shows the user a line immediately. */
  notify(line: string): void;
  timer?: Timer;
  /** Reads the stack's state during the operation. Rejects if it is not available. */
  readState?(location: StackLocation, isOfThisOperation: (state: StackState) => boolean): Promise<StackState>;
  process?: ProcessName;
  /** Whether an engine listens at the address. Default: that of the engine that this process works for. */
  isEngineAlive?(address?: string): Promise<boolean>;
}

/** What the resources of one provider process share: of one operation, or of one explicit provider in it. */
export class Session {
  /** Whether resources were checked: the operation is no refresh or destroy, or that part of it is over. */
  hasProgram = false;
  /** Whether the operation is a preview, according to the program. */
  isPreview = false;
  readonly notify: (line: string) => void;
  readonly timer: Timer;
  readonly warnings: Warnings;
  /** Default address: that of the engine that this process works for. */
  readonly isEngineAlive: (address?: string) => Promise<boolean>;
  readonly addressCache: AddressCache;
  readonly stackAddresses: StackAddresses;
  readonly stackState: StateCache;
  readonly journal: AssignmentJournal;
  readonly claims: AddressClaims;
  readonly assignments: Assignments;
  readonly createRecovery: CreateRecovery;
  readonly expectedCreates: ExpectedCreates;
  readonly expectedReleases = new ExpectedReleases();
  readonly declaredRecords = new DeclaredRecords();
  private readonly env: NodeJS.ProcessEnv;
  private readonly self: ProcessName;
  private readonly pendingRestarts: PendingRestarts;
  private readonly operationChanges: OperationChanges;
  private stackConfig: StackConfig = () => undefined;
  private stackLocation: StackLocation = {};
  private cachedClient: UpCloudClient | undefined;
  private cachedPowerCycles: PowerCycles | undefined;
  private cachedFailures: CheckFailure[] | undefined;

  constructor(options: SessionOptions) {
    const { env, notify, timer = realTimer, readState = noState, process = thisProcess } = options;
    this.env = env;
    this.self = process;
    this.notify = notify;
    this.timer = timer;
    this.warnings = new Warnings(notify);
    this.isEngineAlive = options.isEngineAlive ?? isEngineAlive;
    this.addressCache = new AddressCache(
      () => this.client(),
      timer,
      (error) => this.warnings.once(notCheckedMessage(error), "not checked"),
    );
    this.stackAddresses = new StackAddresses(() => this.client(), this.addressCache);
    this.stackState = new StateCache((isOfThisOperation) => readState(this.stackLocation, isOfThisOperation));

    this.journal = AssignmentJournal.of(env, notify, process);
    const isAtWork = (entry: Pick<JournalEntry, "process" | "at">) => this.journal.isAtWork(entry, maxPowerCycleMs);
    this.pendingRestarts = new PendingRestarts(journalDirectory(env), process, isAtWork);
    this.operationChanges = new OperationChanges(journalDirectory(env), process, isAtWork);
    this.expectedCreates = new ExpectedCreates(timer.now, this.operationChanges);

    const ipAddresses = () => this.client().ipAddresses;
    const maxAssignMs = () => this.configuration().requestTimeoutMs + maxEffectDelayMs;
    const ports = {
      isEngineAlive: () => this.isEngineAlive(),
      isUnderWay: (entry: JournalEntry) => this.isUnderWay(entry),
      stackState: this.stackState,
      stackAddresses: this.stackAddresses,
      notify,
      timer,
    };
    this.claims = new AddressClaims(this.journal, timer, maxAssignMs, notify);
    this.assignments = new Assignments(ipAddresses, this.addressCache, this.journal, this.claims, ports);
    this.createRecovery = new CreateRecovery(ipAddresses, this.journal, this.assignments, this.claims, ports);
  }

  /** Only keeps the configuration: the engine calls the lifecycle methods before `configure` has returned. */
  configure(config: StackConfig): void {
    this.stackConfig = config;
  }

  /** Records what each declaration tells about the operation and its stack. */
  recordHints({ preview, stack, projectFolder, unknownKeys = [] }: Partial<StackHints>): void {
    this.hasProgram = true;
    this.isPreview ||= preview === true;
    for (const key of unknownKeys) this.warnings.once(unknownKeyMessage(key));
    if (stack !== undefined) this.stackLocation = { stack, projectFolder };
  }

  /** Loads and creates the client at the first call: most checks and diffs do not need it. */
  client(): UpCloudClient {
    this.cachedClient ??= this.createClient();
    return this.cachedClient;
  }

  /** Loads and creates the power cycles at the first call. */
  powerCycles(): PowerCycles {
    this.cachedPowerCycles ??= this.createPowerCycles();
    return this.cachedPowerCycles;
  }

  /** What is wrong with the configuration, for check. Missing credentials are not: a preview works without them. */
  configurationFailures(): CheckFailure[] {
    this.cachedFailures ??= configurationFailures(() => {
      this.defaultPowerCycle();
      this.configuration();
    });
    return this.cachedFailures;
  }

  /** As configured; `undefined` if that is invalid, which `configurationFailures` says. */
  apiVersion(): ApiVersion | undefined {
    return this.configurationFailures().length > 0 ? undefined : apiVersionIn(this.stackConfig, this.env);
  }

  /** The stack's default for `powerCycle`. */
  defaultPowerCycle(): PowerCycleInput {
    return powerCycleIn(this.stackConfig("upcloud:powerCycle"));
  }

  powerCycleOf({ powerCycle }: { powerCycle?: PowerCycleInput }): PowerCycleInput {
    return powerCycle ?? this.defaultPowerCycle();
  }

  /** The entry of another running process that has been assigned the address or adopts it, of this operation or of another one. */
  async holderElsewhere(address: string): Promise<{ entry: JournalEntry; isOfThisOperation: boolean } | undefined> {
    for (const entry of this.journal.entriesElsewhere(address)) {
      const isOfThisOperation = this.journal.isOfThisOperation(entry);
      if (isOfThisOperation || (await this.isUnderWay(entry))) return { entry, isOfThisOperation };
    }
    return undefined;
  }

  /** Whether both the entry's process and its engine run: an id or a port alone may be in use again. */
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
      { creates: this.expectedCreates, releases: this.expectedReleases },
      this.pendingRestarts,
      this.operationChanges,
    );
  }
}

/** How long a process of another host, which cannot be checked, is assumed to be at work. */
const maxPowerCycleMs = 60 * 60_000;

const noState = () => Promise.reject(new Error("The stack's state is not available."));
