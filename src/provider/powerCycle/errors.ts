import { seePage } from "../../api/errors/errorPages";
import type { ServerWire } from "../../api/wire";
import { messageOf } from "../../model/messageOf";

/** A server in messages: title and UUID. */
export const describeServer = ({ title, uuid }: Pick<ServerWire, "title" | "uuid">): string =>
  `server "${title}" (${uuid})`;

/** The server is running, and `powerCycle` does not allow to stop it. */
export class ServerRunsError extends Error {
  override readonly name = "ServerRunsError";

  constructor(server: ServerWire, purpose: "assign" | "release") {
    const withPowerCycle =
      purpose === "assign"
        ? "set `powerCycle: true` on the resource (or upcloud:powerCycle for the stack) to have it stopped and started again"
        : "set `powerCycle: true` on the resource (or upcloud:powerCycle for the stack) and run `pulumi up` before you delete it";
    super(
      `UpCloud assigns and releases addresses only while the server is stopped, and ${describeServer(server)} is ${server.state} (SERVER_STATE_ILLEGAL): ` +
        `stop it and run again, or ${withPowerCycle}. ${seePage("SERVER_STATE_ILLEGAL")}`,
    );
  }
}

/** UpCloud refuses with SERVER_STATE_ILLEGAL although the server is stopped, so there is another reason. */
export class RefusedThoughStoppedError extends Error {
  override readonly name = "RefusedThoughStoppedError";

  constructor(server: ServerWire, purpose: "assign" | "release", refusal: Error) {
    const remedy =
      purpose === "release"
        ? "a server keeps at least one address, so if this is its last one, assign another address first, or delete the server"
        : "run again in a minute, and check the server in UpCloud's control panel";
    super(
      `UpCloud refuses to change the addresses of ${describeServer(server)} although it is stopped: ${remedy}. UpCloud's response: ${refusal.message}`,
    );
  }
}

/** The operation timed out before the server was stopped. */
export class ServerBusyError extends Error {
  override readonly name = "ServerBusyError";

  constructor(server: ServerWire) {
    super(
      `${capitalized(describeServer(server))} was still ${server.state} when the time that \`timeouts\` allows was over: ` +
        `run again, allow more time, or stop the server hard with \`powerCycle: { stopType: "hard" }\`. ${seePage("SERVER_STATE_ILLEGAL")}`,
    );
  }
}

/** The operation timed out while it waited. */
export class NoTimeLeftError extends Error {
  override readonly name = "NoTimeLeftError";

  constructor(server: string) {
    super(
      `The addresses of server ${server} could not be changed within the time that \`timeouts\` allows: run again, or allow more time.`,
    );
  }
}

/** The server is in the state `error`, and stays in it. */
export class ServerInErrorError extends Error {
  override readonly name = "ServerInErrorError";

  constructor(server: ServerWire) {
    super(
      `${capitalized(describeServer(server))} is in the state "error", in which its addresses cannot be changed: check it in UpCloud's control panel, then run again.`,
    );
  }
}

/** A server that was stopped for a change could not be started again. */
export class RestartError extends Error {
  override readonly name = "RestartError";

  /**
   * @param why a sentence
   * @param completed the result of the change; absent if it failed, or if there was none
   */
  constructor(
    private readonly server: Pick<ServerWire, "title" | "uuid">,
    private readonly why: string,
    readonly completed?: { value: unknown },
  ) {
    super(`${messageFor(server, why)}. ${seePage("server-not-started")}`);
  }

  /** The same error, for a change that was made. */
  afterChange(value: unknown): RestartError {
    return new RestartError(this.server, this.why, { value });
  }

  /** For a resource that is saved with `leftStopped`: its next update starts the server. */
  withRetryAdvice(): Error {
    return new Error(
      `${messageFor(this.server, this.why)}, or run \`pulumi up\` again. ${seePage("server-not-started")}`,
      { cause: this },
    );
  }

  /** Both failures in one message. */
  combinedWith(failure: unknown): Error {
    return new Error(`${messageOf(failure)} In addition: ${this.message}`, { cause: failure });
  }
}

/** Without the final full stop. */
const messageFor = (server: Pick<ServerWire, "title" | "uuid">, why: string) =>
  `${capitalized(describeServer(server))} was stopped to change its addresses and could not be started again: ${why} ` +
  `Start it with \`upctl server start ${server.uuid}\``;

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
