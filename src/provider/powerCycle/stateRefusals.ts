import type { UpCloudClient } from "../../api/client";
import { isServerGone, isServerStateIllegal, type UpCloudError } from "../../api/errors/upCloudError";
import type { ServerWire } from "../../api/wire";
import type { PowerCycleInput } from "../../model/inputs";
import { messageOf } from "../../model/messageOf";
import type { Progress } from "../runtime/progress";
import { pollDelaysMs, type Timer } from "../runtime/timer";
import {
  describeServer,
  NoTimeLeftError,
  RefusedThoughStoppedError,
  ServerInErrorError,
  ServerRunsError,
} from "./errors";

export interface StoppedChange {
  server: string;
  purpose: "assign" | "release";
  /** `false`: a running server is not stopped, and the change fails. */
  powerCycle: PowerCycleInput;
  /** Aborts waiting and changing. A server that was stopped for the change is started again anyway. */
  signal: AbortSignal;
}

/** @param isServerGone UpCloud says that the server no longer exists: what the change knows of it is out of date */
export type Change<T> = (isServerGone: boolean) => Promise<T>;

/** Retries changes that UpCloud refuses because of the server's state, which somebody else may change too. */
export class StateRefusals {
  constructor(
    private readonly servers: UpCloudClient["servers"],
    private readonly progress: Progress,
    private readonly timer: Timer,
  ) {}

  /** Never stops the server. Waits while it is in maintenance, a transient state. */
  async withoutPowerCycle<T>(request: StoppedChange, change: Change<T>): Promise<T> {
    const since = this.timer.now();
    return this.retryWhileStateIllegal(request, change, async (found) => {
      if (found.state === "error") throw new ServerInErrorError(found);
      if (found.state === "started") throw new ServerRunsError(found, request.purpose);
      if (found.state !== "maintenance") return;
      this.progress.report(
        request.server,
        `${describeServer(found)}: in maintenance, waiting until it is stopped`,
        since,
      );
    });
  }

  /** A refusal although the server is stopped is retried only twice. */
  async retryWhileStateIllegal<T>(
    { server, purpose, signal }: StoppedChange,
    change: Change<T>,
    beforeRetry: (found: ServerWire) => Promise<void>,
  ): Promise<T> {
    const delays = pollDelaysMs();
    for (let refusalsWhileStopped = 0; ; ) {
      try {
        return await change(false);
      } catch (error) {
        if (!isServerStateIllegal(error)) throw error;
        const found = await this.servers.get(server, signal).catch(rethrowRefusal(error));
        if (found.state === "stopped" && ++refusalsWhileStopped > maxRefusalsWhileStopped) {
          throw new RefusedThoughStoppedError(found, purpose, error);
        }
        await beforeRetry(found);
        await this.timer.sleep(delays.next().value, signal);
        if (signal.aborted) throw new NoTimeLeftError(server);
      }
    }
  }
}

/** The refusal matters more than the failure to read the server. */
const rethrowRefusal = (refusal: UpCloudError) => (cause: unknown) => {
  throw isServerGone(cause) ? cause : refusal.withNote(`The server's state could not be read: ${messageOf(cause)}`);
};

/** More refusals of a stopped server must have another reason than its state. */
const maxRefusalsWhileStopped = 2;
