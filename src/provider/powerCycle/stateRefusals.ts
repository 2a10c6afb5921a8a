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
  /** `false`: a running server is left alone, and the change fails. */
  powerCycle: PowerCycleInput;
  /** Ends waiting and changing; a server that was stopped for the change is started again all the same. */
  signal: AbortSignal;
}

/** `gone`: UpCloud says that the server does not exist (any more), so what the change knows of it is out of date. */
export type Change<T> = (server?: "gone") => Promise<T>;

/** Repeats changes that UpCloud refuses because of their server's state, which somebody else may be changing too. */
export class StateRefusals {
  constructor(
    private readonly servers: UpCloudClient["servers"],
    private readonly progress: Progress,
    private readonly timer: Timer,
  ) {}

  /** A running server is left alone. One in maintenance is on its way somewhere, which is worth waiting for. */
  async withoutPowerCycle<T>(request: StoppedChange, change: Change<T>): Promise<T> {
    const since = this.timer.now();
    return this.retryWhileStateIllegal(request, change, async (seen) => {
      if (seen.state === "error") throw new ServerInErrorError(seen);
      if (seen.state === "started") throw new ServerRunsError(seen, request.purpose);
      if (seen.state !== "maintenance") return;
      this.progress.say(
        request.server,
        `${describeServer(seen)}: it is in maintenance, waiting until it is stopped`,
        since,
      );
    });
  }

  /** A refusal although the server is stopped is soon believed. */
  async retryWhileStateIllegal<T>(
    { server, purpose, signal }: StoppedChange,
    change: Change<T>,
    prepare: (seen: ServerWire) => Promise<void>,
  ): Promise<T> {
    const delays = pollDelaysMs();
    for (let doubts = 0; ; ) {
      try {
        return await change();
      } catch (error) {
        if (!isServerStateIllegal(error)) throw error;
        const seen = await this.servers.get(server, signal).catch(after(error));
        if (seen.state === "stopped" && ++doubts > maxDoubts) {
          throw new RefusedThoughStoppedError(seen, purpose, error);
        }
        await prepare(seen);
        await this.timer.sleep(delays.next().value, signal);
        if (signal.aborted) throw new NoTimeLeftError(server);
      }
    }
  }
}

/** The refusal is what matters; the look only tells more of it. */
const after = (refusal: UpCloudError) => (cause: unknown) => {
  throw isServerGone(cause) ? cause : refusal.withNote(`The server could not be looked at: ${messageOf(cause)}`);
};

/** How often UpCloud may say that a stopped server is not stopped before it must mean something else. */
const maxDoubts = 2;
