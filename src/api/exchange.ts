import type { Agent, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { urlToHttpOptions } from "node:url";

interface Outgoing {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** Ends the exchange at any point, while it is connecting too. */
  signal: AbortSignal;
}

export interface Incoming {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** An exchange that ended before its answer was whole. */
export class BrokenExchange extends Error {
  constructor(
    override readonly cause: unknown,
    /** `false`: nothing of the request has left this process. */
    readonly isWritten: boolean,
    /** Of an answer that has begun. */
    readonly status: number | undefined,
    /** TLS was established, with a certificate that this computer does not trust. */
    readonly isUntrusted: boolean,
  ) {
    super();
  }
}

export interface Connections {
  /** One request and its whole answer. Fails with `BrokenExchange`. */
  exchange(outgoing: Outgoing): Promise<Incoming>;
  /** Ends what is under way, too. */
  close(): void;
}

/** Kept-alive connections to one origin. Nothing is written to one before it stands, so that what was sent is certain. */
export function openConnections(origin: string, { most, connectMs }: { most: number; connectMs: number }): Connections {
  const target = urlToHttpOptions(new URL(origin));
  const isSecure = target.protocol === "https:";
  const http = isSecure ? (require("node:https") as typeof import("node:https")) : require("node:http");
  const agent: Agent = new http.Agent({
    keepAlive: true,
    maxSockets: most,
    timeout: idleMs,
    // Node gives every address of a host but the last a quarter of a second, which far hosts do not keep.
    autoSelectFamilyAttemptTimeout: Math.ceil(connectMs / 4),
  });

  async function exchange({ body, ...outgoing }: Outgoing): Promise<Incoming> {
    let isWritten = false;
    let isUntrusted = false;
    let response: IncomingMessage | undefined;
    try {
      response = await new Promise<IncomingMessage>((resolve, reject) => {
        const request = http.request({ ...target, ...outgoing, agent });
        const connecting = setTimeout(() => request.destroy(new Error(noConnectionWithin(connectMs))), connectMs);
        const write = () => {
          clearTimeout(connecting);
          isWritten = true;
          request.end(body);
        };
        request.once("socket", (socket: TLSSocket) => {
          if (request.reusedSocket) write();
          else socket.once(isSecure ? "secureConnect" : "connect", write);
        });
        request.once("response", resolve);
        request.on("error", (error: Error) => {
          clearTimeout(connecting);
          isUntrusted = Boolean((request.socket as TLSSocket | null)?.authorizationError);
          reject(error);
        });
      });
      return { status: Number(response.statusCode), headers: response.headers, body: await wholeOf(response) };
    } catch (cause) {
      throw new BrokenExchange(cause, isWritten, response?.statusCode, isUntrusted);
    }
  }

  return { exchange, close: () => agent.destroy() };
}

export const noConnectionWithin = (ms: number) => `there was no connection within ${ms / 1000} s`;

async function wholeOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > largestAnswerBytes) throw new Error(`it is larger than ${largestAnswerBytes / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const largestAnswerBytes = 64 * 1024 * 1024;
/** Shorter than servers keep idle connections: one that they close just when a request is written breaks it. */
const idleMs = 4000;
