import type { UpCloudClient } from "../api/client";
import { type Environment, powerCycleIn, readConfiguration, type StackConfig } from "./configuration";
import type { PowerCycle } from "./inputs";
import { type Pace, realPace } from "./pace";
import { Progress } from "./progress";
import { StoppedServers } from "./stoppedServers";

/** What the resources of one operation share: one provider process serves them all. */
export interface Session {
  /** Takes the stack's configuration; does nothing else, since the engine may call the life cycle before it has ended. */
  configure(config: StackConfig): void;
  /** The client of the configuration, made and loaded on first use: check and diff never need it. */
  client(): UpCloudClient;
  /** For changes that need a stopped server. */
  stoppedServers(): StoppedServers;
  /** The stack's default for `powerCycle`. */
  powerCycle(): PowerCycle;
}

export function createSession(env: Environment, notify: (line: string) => void, pace: Pace = realPace): Session {
  let stackConfig: StackConfig = () => undefined;
  let client: UpCloudClient | undefined;
  let stoppedServers: StoppedServers | undefined;
  const session: Session = {
    configure(config) {
      stackConfig = config;
    },
    client() {
      if (client === undefined) {
        const configuration = readConfiguration(stackConfig, env);
        const { createClient } = require("../api/client") as typeof import("../api/client");
        client = createClient({
          ...configuration,
          requestTimeoutMs,
          onVersionChange: (from, to) =>
            notify(`UpCloud no longer serves API ${from}: going on with ${to}. Set upcloud:apiVersion to ${to}.`),
        });
      }
      return client;
    },
    stoppedServers() {
      stoppedServers ??= new StoppedServers(session.client().servers, new Progress(notify, pace.now), pace);
      return stoppedServers;
    },
    powerCycle: () => powerCycleIn(stackConfig("upcloud:powerCycle")),
  };
  return session;
}

/** Two minutes, as UpCloud's own Terraform provider waits for an answer. */
const requestTimeoutMs = 120_000;
