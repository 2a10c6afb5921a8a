import type { ServerWire } from "../api/wire";

/** How messages call a server: by its title and its UUID. */
export const nameOf = ({ title, uuid }: Pick<ServerWire, "title" | "uuid">): string => `server "${title}" (${uuid})`;

/** A running server, and nobody allowed to stop it. */
export class ServerRunsError extends Error {
  override readonly name = "ServerRunsError";

  constructor(server: ServerWire) {
    super(
      `UpCloud assigns and releases addresses only while the server is stopped, and ${nameOf(server)} is ${server.state} (SERVER_STATE_ILLEGAL): ` +
        `stop it and run again, or set \`powerCycle: true\` on the resource (or upcloud:powerCycle for the stack) to have it stopped and started again.`,
    );
  }
}

/** UpCloud's own word is that the server is stopped, so the state it complains of must be another. */
export class RefusedThoughStoppedError extends Error {
  override readonly name = "RefusedThoughStoppedError";

  constructor(server: ServerWire, refusal: Error) {
    super(
      `UpCloud refuses to change the addresses of ${nameOf(server)} although it is stopped: a server keeps at least one address, so if this is its last one, ` +
        `assign another first or delete the server. UpCloud's answer: ${refusal.message}`,
    );
  }
}

/** The time of the operation was over before the server was stopped. */
export class ServerBusyError extends Error {
  override readonly name = "ServerBusyError";

  constructor(server: ServerWire) {
    super(
      `The time that \`timeouts\` allows was over while ${nameOf(server)} was still ${server.state} and not stopped: ` +
        `run again, allow more time, or stop the server hard with \`powerCycle: { stopType: "hard" }\`.`,
    );
  }
}

/** A server that was stopped for a change and does not run again. */
export class NotStartedError extends Error {
  override readonly name = "NotStartedError";

  constructor(server: Pick<ServerWire, "title" | "uuid">, why: string) {
    super(
      `The addresses are as the state says, but ${nameOf(server)}, which was stopped to change them, could not be started again: ${why} ` +
        `Start it with \`upctl server start ${server.uuid}\`, or run \`pulumi up\` again.`,
    );
  }

  /** Both failures, where the change failed before. */
  after(failure: unknown): Error {
    const first = failure instanceof Error ? failure.message : String(failure);
    return new Error(`${first} Besides, ${this.message}`);
  }
}
