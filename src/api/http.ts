import type { buildConnector } from "undici";
import { type FailedRequest, UpCloudError } from "./errors";
import { redactor } from "./redaction";
import { loadUndici } from "./undici";

export type Credentials = { token: string } | { username: string; password: string };

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

interface Answer {
  status: number;
  /** Parsed JSON; `undefined` where UpCloud sends no body (204). */
  body: unknown;
}

export interface Http {
  send(request: HttpRequest): Promise<Answer>;
  close(): Promise<void>;
}

const undici = loadUndici();
const largestAnswerBytes = 64 * 1024 * 1024;

/** One keep-alive pool; every request is bounded in time; failures are `UpCloudError`s without any credential in them. */
export function createHttp({ baseUrl, credentials, requestTimeoutMs }: HttpOptions): Http {
  const { origin, pathname } = new URL(baseUrl);
  const { connect, isConnectFailure } = watchedConnector();
  const pool = new undici.Pool(origin, {
    connections: 16,
    pipelining: 1,
    maxResponseSize: largestAnswerBytes,
    connect,
  });
  const redact = redactor(credentials);
  const headers = {
    accept: "application/json",
    authorization: authorization(credentials),
    "user-agent": userAgent,
  };

  return {
    async send(request) {
      if (request.signal?.aborted) throw UpCloudError.unsent(request, "the time of the operation was over");
      const timeout = AbortSignal.timeout(requestTimeoutMs);
      const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
      let status: number | undefined;
      let text: string;
      let contentType: string;
      let retryAfterMs: number | undefined;
      try {
        const response = await undici.request(pool, {
          method: request.method,
          path: pathname.replace(/\/$/, "") + request.path,
          headers: request.body ? { ...headers, "content-type": "application/json" } : headers,
          body: request.body ? JSON.stringify(request.body) : null,
          signal,
        });
        status = response.statusCode;
        contentType = String(response.headers["content-type"] ?? "").split(";")[0] || "no content type";
        retryAfterMs = retryAfterMsIn(response.headers["retry-after"], response.headers.date);
        text = await response.body.text();
      } catch (cause) {
        const why = timeout.aborted
          ? `it took longer than ${requestTimeoutMs / 1000} s`
          : request.signal?.aborted
            ? "the time that `timeouts` allows for the operation was over"
            : redact(causeOf(cause));
        if (isConnectFailure(cause)) throw UpCloudError.unconnected(request, why);
        throw status === undefined
          ? UpCloudError.unanswered(request, why, signal.aborted)
          : UpCloudError.unreadable(request, status, `an answer that broke off (${why})`, signal.aborted);
      }
      if (status >= 300) throw refusal(request, { status, retryAfterMs }, contentType, text, redact);
      if (status === 204) return { status, body: undefined };
      return { status, body: parse(request, status, contentType, text) };
    },
    close: () => pool.close(),
  };
}

const { version } = require("../../package.json") as { version: string };
const userAgent = `pulumi-upcloud-ip/${version}`;

function authorization(credentials: Credentials): string {
  return "token" in credentials
    ? `Bearer ${credentials.token}`
    : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
}

/** Tells the failures to connect, DNS and TLS included, from those of a connection that stands. */
function watchedConnector(): { connect: buildConnector.connector; isConnectFailure(cause: unknown): boolean } {
  const connector = undici.buildConnector({});
  const failures = new WeakSet<Error>();
  return {
    connect: (options, callback) =>
      connector(options, (...outcome) => {
        if (outcome[0] !== null) failures.add(outcome[0]);
        callback(...outcome);
      }),
    isConnectFailure: (cause) => failures.has(cause as Error),
  };
}

type HeaderValue = string | string[] | undefined;

/** Seconds, or a date by UpCloud's own clock; `undefined` for anything else. */
function retryAfterMsIn(retryAfter: HeaderValue, date: HeaderValue): number | undefined {
  if (typeof retryAfter !== "string") return undefined;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const waitMs = Date.parse(retryAfter) - (Date.parse(String(date)) || Date.now());
  return waitMs >= 0 ? waitMs : undefined;
}

/** Node's error of several failed addresses has a code and no message. */
export function causeOf(cause: unknown): string {
  const { message, code } = cause as { message?: string; code?: string };
  return message || code || String(cause);
}

function parse(request: HttpRequest, status: number, contentType: string, text: string): unknown {
  const body = jsonOf(text);
  if (body !== undefined) return body;
  throw UpCloudError.unreadable(
    request,
    status,
    text === "" ? "an empty body" : `${contentType} that is no whole JSON`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** UpCloud's envelope, the problem+json of its newer services, or a body from something in between. */
function refusal(
  request: HttpRequest,
  answer: { status: number; retryAfterMs: number | undefined },
  contentType: string,
  text: string,
  redact: (text: string) => string,
): UpCloudError {
  const body = jsonOf(text) as
    | { error?: { error_code?: unknown; error_message?: unknown }; type?: unknown; title?: unknown }
    | null
    | undefined;
  const { error_code: code, error_message: said } = body?.error ?? {};
  if (typeof code === "string") return UpCloudError.refused(request, { ...answer, code }, redact(String(said ?? "")));
  if (typeof body?.type === "string") {
    const problem = body.type.replace(/^.*#(ERROR_)?/, "");
    return UpCloudError.refused(request, { ...answer, code: problem }, redact(String(body.title ?? "")));
  }
  return UpCloudError.refused(request, answer, text === "" ? "" : `${contentType} instead of JSON`);
}
