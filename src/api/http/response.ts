import { type FailedRequest, UpCloudError } from "../errors/upCloudError";
import type { Incoming } from "./connections";
import { textOf } from "./encodings";

export interface Answer {
  status: number;
  /** Parsed JSON; `undefined` where there is no body. */
  body: unknown;
}

/** What has come as an answer: JSON or nothing with a status below 300; anything else is a failure. */
export function readAnswer(
  request: FailedRequest,
  { status, headers, body }: Incoming,
  baseUrl: string,
  redact: (text: string) => string,
): Answer {
  if (redirects.includes(status))
    throw UpCloudError.redirected(request, status, redact(target(headers.location, baseUrl)));
  const contentType = String(headers["content-type"] ?? "").split(";")[0] || "no content type";
  const text = readable(request, status, () => textOf(body, headers["content-encoding"]));
  if (status >= 300) {
    const retryAfterMs = retryAfterMsIn(headers["retry-after"], headers.date);
    throw refusal(request, { status, retryAfterMs, url: baseUrl + request.path }, contentType, text, redact);
  }
  if (text === "") return { status, body: undefined };
  const parsed = jsonOf(text);
  if (parsed === undefined) throw UpCloudError.unreadable(request, status, `${contentType} that is not complete JSON`);
  return { status, body: parsed };
}

const redirects = [301, 302, 303, 307, 308];

/** Without what may hold a secret. A relative one is on the same host. */
function target(location: string | undefined, baseUrl: string): string {
  if (location === undefined || !URL.canParse(location, baseUrl)) return "an address that it does not name";
  const { protocol, host, pathname } = new URL(location, baseUrl);
  return `${protocol}//${host}${pathname}`;
}

function readable(request: FailedRequest, status: number, read: () => string): string {
  try {
    return read();
  } catch (cause) {
    throw UpCloudError.unreadable(request, status, (cause as Error).message);
  }
}

/** Seconds, or a date by UpCloud's own clock; `undefined` for anything else. */
function retryAfterMsIn(retryAfter: string | undefined, date: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const waitMs = Date.parse(retryAfter) - (Date.parse(String(date)) || Date.now());
  return waitMs >= 0 ? waitMs : undefined;
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
  request: FailedRequest,
  answer: { status: number; retryAfterMs: number | undefined; url: string },
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
