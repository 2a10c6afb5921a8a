import { isServerGone, isServerStateIllegal, type UpCloudError } from "../../api/errors/upCloudError";
import type { ServerWire } from "../../api/wire";
import type { PowerCycleInput } from "../../model/inputs";
import { messageOf } from "../../model/messageOf";
import { pollDelaysMs, type Timer } from "../runtime/timer";
import { NoTimeLeftError, RefusedThoughStoppedError, ServerInErrorError, ServerRunsError } from "./errors";
import type { ObservedServer, SeenServer } from "./observedServer";

export interface StoppedChange {
  server: string;
  purpose: "assign" | "release";
  /** `false`: a running server is not stopped, and the change fails. */
  powerCycle: PowerCycleInput;
  /** Aborts waiting and changing. A server that was stopped for the change is started again anyway. */
  signal: AbortSignal;
  /** Reads what the change needs while the server still runs. If that fails, the change fails, and stops nothing. */
  beforeStop?(): Promise<unknown>;
}

export type Change<T> = (server: SeenServer) => Promise<T>;

/** Retries changes that UpCloud refuses because of the server's state, which somebody else may change too. */
export class StateRefusals {
  constructor(
    private readonly observe: (server: string) => ObservedServer,
    private readonly timer: Timer,
  ) {}

  /** Never stops the server. Waits while it is in maintenance, a transient state. */
  async withoutPowerCycle<T>(request: StoppedChange, change: Change<T>): Promise<T> {
    const server = this.observe(request.server);
    const since = this.timer.now();
    const delays = pollDelaysMs();
    return this.retryWhileStateIllegal(request, server, change, async (found) => {
      if (found.state === "error") throw new ServerInErrorError(found);
      if (found.state === "started") throw new ServerRunsError(found, request.purpose);
      server.reportWait(since, (title) => `waiting until ${title}, now in ${found.state}, is stopped`);
      await this.timer.sleep(delays.next().value, request.signal);
    });
  }

  /**
   * A refusal although the server is stopped is retried only twice.
   *
   * @param untilStopped waits until the server, found in another state, is stopped
   */
  async retryWhileStateIllegal<T>(
    { purpose, signal }: StoppedChange,
    server: ObservedServer,
    change: Change<T>,
    untilStopped: (found: ServerWire) => Promise<void>,
  ): Promise<T> {
    const delays = pollDelaysMs();
    for (let refusalsWhileStopped = 0; ; ) {
      try {
        return await change(server.seen);
      } catch (error) {
        if (!isServerStateIllegal(error)) throw error;
        const found = await server.look(signal).catch(rethrowRefusal(error));
        if (found.state !== "stopped") await untilStopped(found);
        else if (++refusalsWhileStopped > maxRefusalsWhileStopped) {
          throw new RefusedThoughStoppedError(found, purpose, error);
        } else await this.timer.sleep(delays.next().value, signal);
        if (signal.aborted) throw new NoTimeLeftError(server.uuid);
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
