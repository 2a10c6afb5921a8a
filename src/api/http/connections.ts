import { buildConnector, type Dispatcher, Pool } from "undici";
import { isCertificateError, maxResponseBytes, nameLimit } from "./connectionErrors";
import type { HttpProxy } from "./credentials";
import type { openTunnels } from "./tunnels";
import { dropUnaskedContinue } from "./unaskedContinue";

interface RawRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** Ends the exchange at any point, while it is connecting too. */
  signal: AbortSignal;
}

export interface RawResponse {
  status: number;
  headers: Record<string, string | undefined>;
  body: Buffer;
}

/** An exchange that ended before its response was complete. */
export class ExchangeError extends Error {
  override readonly name = "ExchangeError";

  constructor(
    override readonly cause: unknown,
    /** `false`: nothing of the request has left this process. */
    readonly isWritten: boolean,
    /** Of a response that had begun. */
    readonly status: number | undefined,
    /** TLS was established, with a certificate that this computer does not trust. */
    readonly isUntrusted: boolean,
  ) {
    super();
  }
}

interface ConnectionLimits {
  /** How many connections may be open at a time. */
  max: number;
  /** Longest time for one connection, DNS and TLS included, in milliseconds. */
  connectTimeoutMs: number;
  proxy?: HttpProxy | undefined;
}

export interface Connections {
  /** Sends one request and receives its whole response. Fails with `ExchangeError`. */
  exchange(request: RawRequest): Promise<RawResponse>;
  /** Ends the exchanges that are under way, too. */
  close(): void;
}

/** Kept-alive connections to one origin. Nothing is written to one before it is established, so what was sent is certain. */
export function openConnections(origin: string, { max, connectTimeoutMs, proxy }: ConnectionLimits): Connections {
  const { connect, close } = openSockets(connectTimeoutMs, proxy);
  const pool = new Pool(new URL(origin).origin, {
    connections: max,
    pipelining: 1,
    maxResponseSize: maxResponseBytes,
    // The signal of a request limits its time.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) =>
      connect(options, (...outcome) => {
        if (outcome[1]) dropUnaskedContinue(outcome[1]);
        callback(...outcome);
      }),
  });

  const exchange = ({ signal, method, body, ...rest }: RawRequest) =>
    new Promise<RawResponse>((resolve, reject) => {
      let written: Dispatcher.DispatchController | undefined;
      let status: number | undefined;
      let headers: RawResponse["headers"] = {};
      const chunks: Buffer[] = [];

      const fail = (error: Error) => {
        signal.removeEventListener("abort", end);
        const cause = nameLimit(error, connectTimeoutMs);
        reject(new ExchangeError(cause, written !== undefined, status, isCertificateError(error)));
      };
      const end = () => (written ? written.abort(signal.reason) : fail(signal.reason));
      if (signal.aborted) return end();
      signal.addEventListener("abort", end);

      pool.dispatch(
        { ...rest, method: method as Dispatcher.HttpMethod, body: body ?? null },
        {
          // Called on an established connection, before the first byte. What was given up before then is not written.
          onRequestStart: (controller) => {
            if (signal.aborted) controller.abort(signal.reason);
            else written = controller;
          },
          onResponseStart: (_, statusCode, received) => {
            if (statusCode < 200) return;
            status = statusCode;
            headers = firstValues(received);
          },
          onResponseData: (_, chunk) => void chunks.push(chunk),
          onResponseEnd: () => {
            signal.removeEventListener("abort", end);
            resolve({ status: Number(status), headers, body: Buffer.concat(chunks) });
          },
          onResponseError: (_, error) => fail(error),
        },
      );
    });

  return {
    exchange,
    close() {
      void pool.destroy();
      close();
    },
  };
}

/** How sockets to UpCloud are opened: directly, or through a proxy. */
function openSockets(timeout: number, proxy: HttpProxy | undefined): ReturnType<typeof openTunnels> {
  const limits = {
    timeout,
    autoSelectFamily: true,
    // Node's default, 250 ms for each address of a host but the last, is too short for distant hosts.
    autoSelectFamilyAttemptTimeout: Math.ceil(timeout / 4),
  };
  if (proxy === undefined) return { connect: buildConnector(limits), close: () => undefined };
  // biome-ignore lint/style/noCommonJs: loaded only where a proxy applies.
  const tunnels = require("./tunnels") as typeof import("./tunnels");
  return tunnels.openTunnels(proxy, limits);
}

/** Of a header that comes several times, the first value: none of those that matter here is a list. */
function firstValues(headers: Record<string, string | string[] | undefined>): RawResponse["headers"] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()[0]]));
}
