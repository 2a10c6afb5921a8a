import { type FailedRequest, UpCloudError } from "../errors/upCloudError";
import type { ErrorEnvelope } from "../wire";
import type { RawResponse } from "./connections";
import { decodeBody } from "./decodeBody";
import { jsonOf } from "./json";
import { type Redact, redactError } from "./redaction";

export interface HttpResponse {
  status: number;
  /** Parsed JSON; `undefined` where there is no body. */
  body: unknown;
}

/** A success is JSON, or no body, with a status below 300. Anything else is a failure. */
export function readResponse(request: FailedRequest, raw: RawResponse, baseUrl: string, redact: Redact): HttpResponse {
  const { status, headers } = raw;
  if (redirects.includes(status)) {
    throw UpCloudError.redirected(request, status, redact(redirectTarget(headers.location, baseUrl)));
  }
  const contentType = redact(String(headers["content-type"] ?? "").split(";")[0] || "no content type");
  const unreadable = (what: string, cause: unknown) =>
    UpCloudError.unreadable(request, status, redact(what), { cause: redactError(cause, redact) });

  const [text, decodeError] = attempt(() => decodeBody(raw.body, headers["content-encoding"]));
  if (text === undefined) throw unreadable((decodeError as Error).message, decodeError);
  const [body, syntaxError] = attempt(() => jsonOf(text));
  if (status >= 300) {
    const retryAfterMs = parseRetryAfter(headers["retry-after"], headers.date);
    const { code, message } = readErrorBody(body) ?? { message: text === "" ? "" : `${contentType} instead of JSON` };
    const facts = { status, code, retryAfterMs, url: baseUrl + request.path };
    throw UpCloudError.refused(request, facts, redact(message));
  }
  if (syntaxError && text !== "") throw unreadable(`${contentType} that is not valid JSON`, syntaxError);
  return { status, body };
}

function attempt<T>(act: () => T): [T, undefined] | [undefined, unknown] {
  try {
    return [act(), undefined];
  } catch (error) {
    return [undefined, error];
  }
}

const redirects = [301, 302, 303, 307, 308];

/** Without user, query and fragment, which may hold a secret. A relative one is on the same host. */
function redirectTarget(location: string | undefined, baseUrl: string): string {
  if (location === undefined || !URL.canParse(location, baseUrl)) return "an unknown address";
  const { protocol, host, pathname } = new URL(location, baseUrl);
  return `${protocol}//${host}${pathname}`;
}

/** Seconds, or a date by UpCloud's own clock, in milliseconds from now; `undefined` for anything else. */
function parseRetryAfter(retryAfter: string | undefined, date: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const delayMs = Date.parse(retryAfter) - (Date.parse(String(date)) || Date.now());
  return delayMs >= 0 ? delayMs : undefined;
}

/** UpCloud's envelope, or the problem+json of its newer services; `undefined` for the body of a proxy. */
function readErrorBody(body: unknown): { code?: string; message: string } | undefined {
  const { error, type, title }: Partial<ErrorEnvelope & ProblemJson> = Object(body);
  const { error_code: code, error_message: message } = error ?? {};
  if (typeof code === "string") return { code, message: String(message ?? "") };
  if (typeof type !== "string") return undefined;
  return { code: type.replace(/^.*#(ERROR_)?/, ""), message: String(title ?? "") };
}

/** RFC 9457. The code is at the end of `type`. */
interface ProblemJson {
  type: string;
  title: string;
}
