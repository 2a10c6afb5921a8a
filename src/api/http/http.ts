import { type FailedRequest, UpCloudError } from "../errors/upCloudError";
import {
  describeConnectionError,
  describeTunnelError,
  isFinalRefusal,
  noConnectionWithin,
  TunnelError,
} from "./connectionErrors";
import { type ExchangeError, openConnections } from "./connections";
import { basicCredentials, type Credentials, type HttpProxy } from "./credentials";
import { packageVersion } from "./packageVersion";
import { type Redact, redactError } from "./redaction";
import { type HttpResponse, readResponse } from "./response";
import { Semaphore } from "./semaphore";

export interface HttpOptions {
  /** Scheme, host and port, with a path only where a proxy needs one; no version. */
  baseUrl: string;
  credentials: Credentials;
  /** Longest time for one request and its whole response, in milliseconds. */
  requestTimeoutMs: number;
  /** Default: none. */
  proxy?: HttpProxy | undefined;
}

export interface HttpRequest extends FailedRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: object;
  /** Ends the request early, with the operation it belongs to. */
  signal?: AbortSignal | undefined;
}

export interface Http {
  /** Sends one request, once. Every failure is an `UpCloudError`. */
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** HTTP with limits for the number, the size and the time of requests. A request's time begins when it is sent. */
export function createHttp({ baseUrl, credentials, requestTimeoutMs, proxy }: HttpOptions, redact: Redact): Http {
  const { host, pathname } = new URL(baseUrl);
  const connectTimeoutMs = Math.min(maxConnectTimeoutMs, requestTimeoutMs);
  const connections = openConnections(baseUrl, { max: maxConcurrentRequests, connectTimeoutMs, proxy });
  const semaphore = new Semaphore(maxConcurrentRequests);
  const headers = {
    accept: "application/json",
    authorization: authorization(credentials),
    "user-agent": userAgent,
  };

  async function sendNow(request: HttpRequest): Promise<HttpResponse> {
    const timeout = AbortSignal.timeout(requestTimeoutMs);
    const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
    const response = await connections
      .exchange({
        method: request.method,
        path: pathname.replace(/\/$/, "") + request.path,
        headers: request.body ? { ...headers, "content-type": "application/json" } : headers,
        body: request.body && JSON.stringify(request.body),
        signal,
      })
      .catch((error: ExchangeError) => {
        throw failureOf(request, error, timeout);
      });
    return readResponse(request, response, baseUrl, redact);
  }

  function failureOf(request: HttpRequest, error: ExchangeError, timeout: AbortSignal): UpCloudError {
    const { isWritten, isUntrusted, status } = error;
    const isOperationOver = request.signal?.aborted === true && !timeout.aborted;
    const origin = { cause: redactError(error.cause, redact) };
    if (isOperationOver && !isWritten) return UpCloudError.unsent(request, operationOver, origin);
    if (proxy !== undefined && error.cause instanceof TunnelError) {
      const reason = redact(describeTunnelError(error.cause, proxy, host));
      return UpCloudError.notTunneled(request, reason, { ...origin, isFinal: isFinalRefusal(error.cause) });
    }
    const description = () => redact(describeConnectionError(error.cause, host));
    if (isUntrusted) return UpCloudError.untrusted(request, host, description(), origin);
    const tooSlow = isWritten
      ? `it took longer than ${requestTimeoutMs / 1000} s`
      : noConnectionWithin(connectTimeoutMs);
    const reason = isOperationOver ? operationOver : timeout.aborted ? tooSlow : description();
    if (!isWritten) return UpCloudError.unconnected(request, reason, origin);
    const more = { ...origin, timedOut: isOperationOver || timeout.aborted };
    if (status === undefined) return UpCloudError.unanswered(request, reason, more);
    return UpCloudError.unreadable(request, status, `a truncated response: ${reason}`, more);
  }

  return {
    async send(request) {
      if (!(await semaphore.acquire(request.signal))) {
        throw UpCloudError.unsent(request, operationOver, { cause: redactError(request.signal?.reason, redact) });
      }
      try {
        return await sendNow(request);
      } finally {
        semaphore.release();
      }
    },
    close: async () => connections.close(),
  };
}

/** UpCloud documents no limit. More would not help: changes of one server are made one after another. */
const maxConcurrentRequests = 16;
const maxConnectTimeoutMs = 10_000;
const operationOver = "the operation exceeded its time limit (`timeouts`)";

const userAgent = `pulumi-upcloud-ip/${packageVersion}`;

function authorization(credentials: Credentials): string {
  return "token" in credentials ? `Bearer ${credentials.token}` : `Basic ${basicCredentials(credentials)}`;
}
