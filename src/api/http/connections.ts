import { buildConnector, type Dispatcher, Pool } from "undici";
import { dropUnaskedContinue } from "./unaskedContinue";

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
  headers: Record<string, string | undefined>;
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
  /** Ends the exchanges that are under way, too. */
  close(): void;
}

/** Kept-alive connections to one origin. Nothing is written to one before it stands, so that what was sent is certain. */
export function openConnections(origin: string, { most, connectMs }: { most: number; connectMs: number }): Connections {
  const pool = new Pool(new URL(origin).origin, {
    connections: most,
    pipelining: 1,
    maxResponseSize: largestAnswerBytes,
    // What bounds a request is its signal.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connector(connectMs),
  });

  const exchange = ({ signal, method, body, ...outgoing }: Outgoing) =>
    new Promise<Incoming>((resolve, reject) => {
      let written: Dispatcher.DispatchController | undefined;
      let status: number | undefined;
      let headers: Incoming["headers"] = {};
      const chunks: Buffer[] = [];

      const fail = (cause: Error) => {
        signal.removeEventListener("abort", end);
        reject(new BrokenExchange(inWords(cause, connectMs), written !== undefined, status, isOfCertificate(cause)));
      };
      const end = () => (written ? written.abort(signal.reason) : fail(signal.reason));
      if (signal.aborted) return end();
      signal.addEventListener("abort", end);

      pool.dispatch(
        { ...outgoing, method: method as Dispatcher.HttpMethod, body: body ?? null },
        {
          // On a connection that stands, and before the first byte. What was given up while it waited for one is not written.
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
          onResponseError: (_, cause) => fail(cause),
        },
      );
    });

  return { exchange, close: () => void pool.destroy() };
}

function connector(connectMs: number): buildConnector.connector {
  const connect = buildConnector({
    timeout: connectMs,
    autoSelectFamily: true,
    // Node gives every address of a host but the last a quarter of a second, which far hosts do not keep.
    autoSelectFamilyAttemptTimeout: Math.ceil(connectMs / 4),
  });
  return (options, callback) =>
    connect(options, (...outcome) => {
      if (outcome[1]) dropUnaskedContinue(outcome[1]);
      callback(...outcome);
    });
}

/** A header that comes several times counts once: none of those that matter here is a list. */
function firstValues(headers: Record<string, string | string[] | undefined>): Incoming["headers"] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()[0]]));
}

export const noConnectionWithin = (ms: number) => `there was no connection within ${ms / 1000} s`;

function inWords(cause: NodeJS.ErrnoException, connectMs: number): Error {
  if (cause.code === "UND_ERR_CONNECT_TIMEOUT") return new Error(noConnectionWithin(connectMs), { cause });
  if (cause.code !== "UND_ERR_RES_EXCEEDED_MAX_SIZE") return cause;
  return new Error(`it is larger than ${largestAnswerBytes / 1024 / 1024} MiB`, { cause });
}

export const largestAnswerBytes = 64 * 1024 * 1024;

/** Node's codes for a certificate that it does not accept. */
const isOfCertificate = ({ code = "" }: NodeJS.ErrnoException) => certificateCodes.includes(code);
const certificateCodes = [
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];
