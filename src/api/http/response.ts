import { type FailedRequest, UpCloudError } from "../errors/upCloudError";
import type { ErrorEnvelope } from "../wire";
import type { Incoming } from "./connections";
import { textOf } from "./encodings";
import { jsonOf } from "./json";
import { type Redact, redactError } from "./redaction";

export interface Answer {
  status: number;
  /** Parsed JSON; `undefined` where there is no body. */
  body: unknown;
}

/** What has come as an answer: JSON or nothing with a status below 300; anything else is a failure. */
export function readAnswer(request: FailedRequest, incoming: Incoming, baseUrl: string, redact: Redact): Answer {
  const { status, headers } = incoming;
  if (redirects.includes(status)) {
    throw UpCloudError.redirected(request, status, redact(target(headers.location, baseUrl)));
  }
  const contentType = redact(String(headers["content-type"] ?? "").split(";")[0] || "no content type");
  const unreadable = (what: string, cause: unknown) =>
    UpCloudError.unreadable(request, status, redact(what), { cause: redactError(cause, redact) });

  const [text, undecodable] = attempt(() => textOf(incoming.body, headers["content-encoding"]));
  if (text === undefined) throw unreadable((undecodable as Error).message, undecodable);
  const [body, noJson] = attempt(() => jsonOf(text));
  if (status >= 300) {
    const facts = {
      status,
      retryAfterMs: retryAfterMsIn(headers["retry-after"], headers.date),
      url: baseUrl + request.path,
    };
    const elsewise = text === "" ? "" : `${contentType} instead of JSON`;
    throw refusal(request, facts, body, elsewise, redact);
  }
  if (noJson && text !== "") throw unreadable(`${contentType} that is not complete JSON`, noJson);
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

/** Without what may hold a secret. A relative one is on the same host. */
function target(location: string | undefined, baseUrl: string): string {
  if (location === undefined || !URL.canParse(location, baseUrl)) return "an address that it does not name";
  const { protocol, host, pathname } = new URL(location, baseUrl);
  return `${protocol}//${host}${pathname}`;
}

/** Seconds, or a date by UpCloud's own clock; `undefined` for anything else. */
function retryAfterMsIn(retryAfter: string | undefined, date: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const waitMs = Date.parse(retryAfter) - (Date.parse(String(date)) || Date.now());
  return waitMs >= 0 ? waitMs : undefined;
}

/** Of UpCloud's envelope, the problem+json of its newer services, or a body from something in between. */
function refusal(
  request: FailedRequest,
  answer: { status: number; retryAfterMs: number | undefined; url: string },
  body: unknown,
  elsewise: string,
  redact: Redact,
): UpCloudError {
  const { error, type, title } = Object(body) as {
    error?: Partial<ErrorEnvelope["error"]>;
    type?: unknown;
    title?: unknown;
  };
  const { error_code: code, error_message: apiMessage } = error ?? {};
  if (typeof code === "string")
    return UpCloudError.refused(request, { ...answer, code }, redact(String(apiMessage ?? "")));
  if (typeof type === "string") {
    const problem = type.replace(/^.*#(ERROR_)?/, "");
    return UpCloudError.refused(request, { ...answer, code: problem }, redact(String(title ?? "")));
  }
  return UpCloudError.refused(request, answer, elsewise);
}
