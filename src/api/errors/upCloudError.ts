import { seePage } from "./errorPages";
import { explain, type RequestContext } from "./explanations";
import { printable } from "./printable";

/**
 * How a request failed: UpCloud said no, said something unreadable, or said nothing; or it was never sent, which goes for
 * one whose receiver this computer does not trust.
 */
export type Failure = "refused" | "unreadable" | "unanswered" | "unsent" | "untrusted";

export interface FailedRequest {
  method: string;
  /** With the version prefix, without the host. */
  path: string;
  context: RequestContext;
}

/** What is known of the response; nothing when none came. */
interface ResponseFacts {
  /** HTTP status. */
  status?: number | undefined;
  /** UpCloud's `error_code`; absent where the response has none. */
  code?: string | undefined;
  /** How long UpCloud asks to wait before the next request (Retry-After), in milliseconds. */
  retryAfterMs?: number | undefined;
  /** The request was sent, and given up before the whole response had come: its own time or its operation's was over. */
  timedOut?: boolean;
}

/** What made the failure known, such as Node's error of a connection. Without credentials. */
interface Origin {
  cause?: unknown;
}

/** A request to UpCloud that did not do what was asked. Its message is for people: what happened and what to do. */
export class UpCloudError extends Error implements ResponseFacts {
  override readonly name = "UpCloudError";
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly timedOut: boolean;

  private constructor(
    readonly failure: Failure,
    message: string,
    request: Pick<FailedRequest, "method" | "path">,
    { status, code, retryAfterMs, timedOut = false, cause }: ResponseFacts & Origin = {},
  ) {
    super(printable(message), cause === undefined ? undefined : { cause });
    this.method = request.method;
    this.path = request.path;
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.timedOut = timedOut;
  }

  /** @param response `url`: where the request was sent, whole. */
  static refused(
    request: FailedRequest,
    response: ResponseFacts & { status: number; url?: string },
    apiMessage: string,
  ): UpCloudError {
    const { status, code, retryAfterMs } = response;
    const result = [status, code].filter((part) => part !== undefined).join(" ");
    const quote = apiMessage === "" ? "" : `, "${apiMessage}"`;
    const isUncertain = isUncertainStatus(status) && request.context.assigning === true;
    const explanation = explain(status, code, request.context, response.url);
    const text = [
      explanation.message,
      ...(isUncertain ? [unknownOutcomeAdvice(request)] : []),
      ...(retryAfterMs ? [`UpCloud asks to wait ${Math.ceil(retryAfterMs / 1000)} s first.`] : []),
    ].join(" ");
    const page = explanation.code === undefined ? "" : ` ${seePage(explanation.code)}`;
    const message = `${text} (${request.method} ${request.path}: ${result}${quote})${page}`;
    return new UpCloudError("refused", message, request, response);
  }

  /** Never followed: the credentials would go with the request. */
  static redirected(request: FailedRequest, status: number, target: string): UpCloudError {
    const message =
      `${request.method} ${request.path} was answered with a redirect (${status}) to ${target}, which is not followed, since the credentials would go there too: ` +
      "set upcloud:apiBaseUrl to the address of UpCloud's API itself.";
    return new UpCloudError("refused", message, request, { status });
  }

  static unreadable(
    request: FailedRequest,
    status: number,
    what: string,
    more: Origin & { timedOut?: boolean } = {},
  ): UpCloudError {
    const message =
      `UpCloud answered ${request.method} ${request.path} with status ${status} and ${what}. ` +
      `${unknownOutcomeAdvice(request)} If it persists, check that upcloud:apiBaseUrl names UpCloud's API and not a proxy or a login page.`;
    return new UpCloudError("unreadable", message, request, { ...more, status });
  }

  /** JSON, and so hardly a proxy's page. */
  static malformed(request: FailedRequest, status: number, what: string, origin?: Origin): UpCloudError {
    const message =
      `UpCloud answered ${request.method} ${request.path} with status ${status} and JSON of another shape than documented: ${what}. ` +
      `${unknownOutcomeAdvice(request)} If it persists, update pulumi-upcloud-ip, or report it.`;
    return new UpCloudError("unreadable", message, request, { ...origin, status });
  }

  static unanswered(request: FailedRequest, why: string, more?: Origin & { timedOut?: boolean }): UpCloudError {
    const message =
      `UpCloud gave no answer to ${request.method} ${request.path}: ${why}. ` +
      `${unknownOutcomeAdvice(request)} If it persists, check the network and upcloud:apiBaseUrl.`;
    return new UpCloudError("unanswered", message, request, more);
  }

  static unsent(request: FailedRequest, why: string, origin?: Origin): UpCloudError {
    const message = `${request.method} ${request.path} was not sent to UpCloud: ${why}. Run again, or allow more time with \`timeouts\`.`;
    return new UpCloudError("unsent", message, request, origin);
  }

  /** No connection came about, so that nothing was written to one. */
  static unconnected(request: FailedRequest, why: string, origin?: Origin): UpCloudError {
    const message = `${request.method} ${request.path} was not sent to UpCloud: ${why}. Run again. If it persists, check the network and upcloud:apiBaseUrl.`;
    return new UpCloudError("unsent", message, request, origin);
  }

  /** The certificate would be the same in another try. */
  static untrusted(request: FailedRequest, host: string, why: string, origin?: Origin): UpCloudError {
    const message =
      `${request.method} ${request.path} was not sent to UpCloud, because this computer does not trust the certificate of ${host}: ${why}. ` +
      "Check upcloud:apiBaseUrl. If your network signs certificates with an authority of its own, name the file of that authority's certificate in the environment variable NODE_EXTRA_CA_CERTS.";
    return new UpCloudError("untrusted", message, request, origin);
  }

  /** The same failure, and its cause, with one more sentence. */
  withNote(sentence: string): UpCloudError {
    return new UpCloudError(this.failure, `${this.message} ${sentence}`, this, this);
  }
}

function unknownOutcomeAdvice({ method, context }: FailedRequest): string {
  return method === "POST" && context.assigning
    ? `An address may have been assigned to server ${context.server}: look at the server's addresses before you run again.`
    : "Run the operation again.";
}

const has = (error: unknown, ...codes: string[]): error is UpCloudError =>
  error instanceof UpCloudError && error.code !== undefined && codes.includes(error.code);

/** The address does not exist (any more). */
export const isAddressGone = (error: unknown): boolean => has(error, "IP_ADDRESS_NOT_FOUND");

/** Another account has the address: it was released, or the credentials are not those of its account. */
export const isAddressForbidden = (error: unknown): boolean => has(error, "IP_ADDRESS_FORBIDDEN");

/** For `catch`: lets pass that the address is gone, and nothing else. */
export function ignoreGone(error: unknown): undefined {
  if (!isAddressGone(error)) throw error;
}

/** The user may not do this, whatever the address or the server. */
export const isForbidden = (error: unknown): boolean => has(error, "ACTION_FORBIDDEN");

/** Nothing that UpCloud means by it: the same request may well succeed a moment later. */
export const isTransient = (error: unknown): boolean =>
  error instanceof UpCloudError &&
  (!["refused", "untrusted"].includes(error.failure) || error.status === 429 || isUncertainStatus(error.status));

/** Certain not to have had an effect: never sent, or refused by UpCloud's own rules. A response that was truncated is neither. */
export const hadNoEffect = (error: unknown): boolean =>
  error instanceof UpCloudError &&
  (["unsent", "untrusted"].includes(error.failure) ||
    (error.failure === "refused" && !isUncertainStatus(error.status)));

/** Sent, and UpCloud or a proxy before it may still be carrying it out: a look at the account may come too early to show it. */
export const mayStillTakeEffect = (error: unknown): boolean =>
  error instanceof UpCloudError &&
  (error.timedOut || (error.status !== undefined && timeoutStatuses.includes(error.status)));

/** Somebody gave up waiting: the one who received the request, or a proxy (524 is the word of some for 504). */
const timeoutStatuses = [408, 504, 524];

/** UpCloud's rules refuse with 4xx; but a request that came in too slowly (408) may be whole behind a proxy. */
const isUncertainStatus = (status: number | undefined) => status !== undefined && (status >= 500 || status === 408);

export const isServerStateIllegal = (error: unknown): error is UpCloudError => has(error, "SERVER_STATE_ILLEGAL");

/** The server does not exist, or no longer: its addresses went with it. */
export const isServerGone = (error: unknown): error is UpCloudError => has(error, "SERVER_NOT_FOUND");

/** For `catch`: lets pass that the server is gone, and nothing else. */
export function ignoreServerGone(error: unknown): undefined {
  if (!isServerGone(error)) throw error;
}

/** Another account has the server. */
export const isServerForbidden = (error: unknown): boolean => has(error, "SERVER_FORBIDDEN");

export const isVersionRefused = (error: unknown): boolean => has(error, "API_VERSION_OBSOLETE", "API_VERSION_INVALID");
