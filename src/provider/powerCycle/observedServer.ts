import type { UpCloudClient } from "../../api/client";
import type { ServerWire } from "../../api/wire";
import type { Progress } from "../runtime/progress";
import type { Timer } from "../runtime/timer";

/** The server of a change, as last seen. */
export interface SeenServer {
  /** UpCloud says that it no longer exists: what the change knows of it is out of date. */
  isGone?: true;
  /** All its addresses; absent if the server was not seen lately. */
  addresses?: readonly string[] | undefined;
}

/** A server as an operation sees it, and the lines about it that the user sees. */
export class ObservedServer {
  /** As UpCloud last showed it. */
  latest: ServerWire | undefined;
  private latestMs = 0;
  /** When the server was last seen in another state than `stopped`. */
  private lastOnMs: number | undefined;

  constructor(
    readonly uuid: string,
    private readonly servers: Pick<UpCloudClient["servers"], "get">,
    private readonly progress: Progress,
    private readonly timer: Timer,
  ) {}

  async look(signal?: AbortSignal): Promise<ServerWire> {
    return this.record(await this.servers.get(this.uuid, signal));
  }

  /** @param seen from a response of UpCloud */
  record(seen: ServerWire): ServerWire {
    this.latest = seen;
    this.latestMs = this.timer.now();
    if (seen.state === "started") this.lastOnMs = this.latestMs;
    return seen;
  }

  /** Its addresses, unless the latest look was too long ago. */
  get seen(): SeenServer {
    const isRecent = this.timer.now() - this.latestMs <= maxLookAgeMs;
    return { addresses: isRecent ? this.latest?.addresses : undefined };
  }

  /** When it was last seen running; now, if it never was. */
  get offSinceMs(): number {
    return this.lastOnMs ?? this.timer.now();
  }

  /** @param describe the line, without the UUID, which comes last: `pulumi up` cuts long lines */
  announce(describe: (server: string) => string): void {
    this.progress.announce(this.lineOf(describe));
  }

  /** As `announce`, for a wait: see `Progress.reportWait`. */
  reportWait(since: number, describe: (server: string) => string): void {
    this.progress.reportWait(this.uuid, since, (duration) =>
      this.lineOf((server) => `${describe(server)}, ${duration} so far`),
    );
  }

  private lineOf(describe: (server: string) => string): string {
    return this.latest === undefined
      ? describe(`server ${this.uuid}`)
      : `${describe(`server "${this.latest.title}"`)} (${this.uuid})`;
  }
}

/** The same as of the list that a release may rely on. */
const maxLookAgeMs = 10_000;
