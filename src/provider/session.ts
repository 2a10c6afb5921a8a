import type { UpCloudClient } from "../api/client";
import { AccountSnapshot } from "./accountSnapshot";
import { type Environment, powerCycleIn, readConfiguration, type StackConfig } from "./configuration";
import type { PowerCycle } from "./inputs";
import { type Pace, realPace } from "./pace";
import { PlannedChanges } from "./plannedChanges";
import { PreviewWarnings } from "./previewWarnings";
import { Progress } from "./progress";
import { StoppedServers } from "./stoppedServers";

/** What the resources of one operation share: one provider process serves them all. */
export class Session {
  /** The operation is a preview, as its declarations tell. */
  isPreview = false;
  readonly plan: PlannedChanges;
  readonly snapshot = new AccountSnapshot(() => this.client());
  readonly previewWarnings: PreviewWarnings;
  private stackConfig: StackConfig = () => undefined;
  private madeClient: UpCloudClient | undefined;
  private madeStoppedServers: StoppedServers | undefined;

  constructor(
    private readonly env: Environment,
    private readonly notify: (line: string) => void,
    private readonly pace: Pace = realPace,
  ) {
    this.plan = new PlannedChanges(pace.now);
    this.previewWarnings = new PreviewWarnings(this.snapshot, notify);
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

  /** For changes that need a stopped server. */
  stoppedServers(): StoppedServers {
    this.madeStoppedServers ??= new StoppedServers(
      this.client().servers,
      new Progress(this.notify, this.pace.now),
      this.pace,
      this.plan,
    );
    return this.madeStoppedServers;
  }

  /** The stack's default for `powerCycle`. */
  powerCycle(): PowerCycle {
    return powerCycleIn(this.stackConfig("upcloud:powerCycle"));
  }

  private createClient(): UpCloudClient {
    const configuration = readConfiguration(this.stackConfig, this.env);
    const { createClient } = require("../api/client") as typeof import("../api/client");
    return createClient({
      ...configuration,
      requestTimeoutMs,
      onVersionChange: (from, to) =>
        this.notify(`UpCloud no longer serves API ${from}: going on with ${to}. Set upcloud:apiVersion to ${to}.`),
    });
  }
}

/** Two minutes, as UpCloud's own Terraform provider waits for an answer. */
const requestTimeoutMs = 120_000;
