import { type FailedRequest, UpCloudError } from "../errors/upCloudError";
import { whyBroken } from "./brokenConnections";
import { type BrokenExchange, noConnectionWithin, openConnections } from "./connections";
import type { Credentials } from "./credentials";
import { packageVersion } from "./packageVersion";
import { redactor } from "./redaction";
import { type Answer, readAnswer } from "./response";
import { Slots } from "./slots";

export interface HttpOptions {
  /** Scheme, host and port, with a path only where a proxy needs one; no version. */
  baseUrl: string;
  credentials: Credentials;
  /** Longest time for one request and its whole answer, in milliseconds. */
  requestTimeoutMs: number;
}

export interface HttpRequest extends FailedRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: object;
  /** Ends the request early, with the operation it belongs to. */
  signal?: AbortSignal | undefined;
}

export interface Http {
  send(request: HttpRequest): Promise<Answer>;
  close(): Promise<void>;
}

/** Bounded in number, size and time, which runs from when a request is sent; failures are `UpCloudError`s without credentials. */
export function createHttp({ baseUrl, credentials, requestTimeoutMs }: HttpOptions): Http {
  const { host, pathname } = new URL(baseUrl);
  const connectMs = Math.min(longestConnectMs, requestTimeoutMs);
  const connections = openConnections(baseUrl, { most: mostAtATime, connectMs });
  const slots = new Slots(mostAtATime);
  const redact = redactor(credentials);
  const headers = {
    accept: "application/json",
    authorization: authorization(credentials),
    "user-agent": userAgent,
  };

  async function answerTo(request: HttpRequest): Promise<Answer> {
    const timeout = AbortSignal.timeout(requestTimeoutMs);
    const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
    const outgoing = {
      method: request.method,
      path: pathname.replace(/\/$/, "") + request.path,
      headers: request.body ? { ...headers, "content-type": "application/json" } : headers,
      body: request.body && JSON.stringify(request.body),
      signal,
    };
    const incoming = await connections.exchange(outgoing).catch((broken: BrokenExchange) => {
      const { cause, isWritten, isUntrusted, status } = broken;
      const isOperationOver = request.signal?.aborted === true && !timeout.aborted;
      if (isOperationOver && !isWritten) throw UpCloudError.unsent(request, operationOver);
      if (isUntrusted) throw UpCloudError.untrusted(request, host, redact(whyBroken(cause, host)));
      const tooLong = isWritten ? `it took longer than ${requestTimeoutMs / 1000} s` : noConnectionWithin(connectMs);
      const why = isOperationOver ? operationOver : timeout.aborted ? tooLong : redact(whyBroken(cause, host));
      if (!isWritten) throw UpCloudError.unconnected(request, why);
      if (status === undefined) throw UpCloudError.unanswered(request, why, signal.aborted);
      throw UpCloudError.unreadable(request, status, `an answer that was cut off: ${why}`, signal.aborted);
    });
    return readAnswer(request, incoming, baseUrl, redact);
  }

  return {
    async send(request) {
      if (!(await slots.take(request.signal))) throw UpCloudError.unsent(request, operationOver);
      try {
        return await answerTo(request);
      } finally {
        slots.give();
      }
    },
    close: async () => connections.close(),
  };
}

/** UpCloud documents no limit; more in parallel has no use for a server, whose changes go one by one. */
const mostAtATime = 16;
const longestConnectMs = 10_000;
const operationOver = "the time that `timeouts` allows for the operation was over";

const userAgent = `pulumi-upcloud-ip/${packageVersion}`;

function authorization(credentials: Credentials): string {
  return "token" in credentials
    ? `Bearer ${credentials.token}`
    : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
}
