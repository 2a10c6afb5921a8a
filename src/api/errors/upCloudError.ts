import { seePage } from "./errorPages";
import { explain, type RequestContext } from "./explanations";
import { printable } from "./printable";

/**
 * How a request failed: UpCloud refused it, its response was unreadable, there was no response, or it was not sent:
 * for a while, because this computer does not trust the server's certificate, or because a proxy bars the way.
 */
export type Failure = "refused" | "unreadable" | "unanswered" | "unsent" | "untrusted" | "barred";

export interface FailedRequest {
  method: string;
  /** With the API version, without the host. */
  path: string;
  context: RequestContext;
}

/** What is known of the response; nothing if there was none. */
interface ResponseFacts {
  /** HTTP status. */
  status?: number | undefined;
  /** UpCloud's `error_code`; absent if the response has none. */
  code?: string | undefined;
  /** How long UpCloud asks to wait before the next request (Retry-After), in milliseconds. */
  retryAfterMs?: number | undefined;
  /** The request was sent and then aborted before its response was complete: its own time or its operation's was over. */
  timedOut?: boolean;
}

/** The underlying error, such as Node's error of a connection. Without credentials. */
interface Origin {
  cause?: unknown;
}

/** A request to UpCloud that failed. Its message is for users: what happened and what to do. */
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

  /** @param response `url`: the whole URL that the request was sent to */
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

  /** A redirect is never followed: the credentials would go with the request. */
  static redirected(request: FailedRequest, status: number, target: string): UpCloudError {
    const message =
      `${request.method} ${request.path} was redirected (${status}) to ${target}. The redirect was not followed, because the credentials would go there too: ` +
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
      `UpCloud responded to ${request.method} ${request.path} with status ${status} and ${what}. ` +
      `${unknownOutcomeAdvice(request)} If it persists, check that upcloud:apiBaseUrl names UpCloud's API and not a proxy or a login page.`;
    return new UpCloudError("unreadable", message, request, { ...more, status });
  }

  /** Of a response in JSON, which is hardly a proxy's page. */
  static malformed(request: FailedRequest, status: number, what: string, origin?: Origin): UpCloudError {
    const message =
      `UpCloud responded to ${request.method} ${request.path} with status ${status} and JSON that is not as documented: ${what}. ` +
      `${unknownOutcomeAdvice(request)} If it persists, update pulumi-upcloud-ip, or report it.`;
    return new UpCloudError("unreadable", message, request, { ...origin, status });
  }

  static unanswered(request: FailedRequest, reason: string, more?: Origin & { timedOut?: boolean }): UpCloudError {
    const message =
      `UpCloud did not respond to ${request.method} ${request.path}: ${reason}. ` +
      `${unknownOutcomeAdvice(request)} If it persists, check the network and upcloud:apiBaseUrl.`;
    return new UpCloudError("unanswered", message, request, more);
  }

  static unsent(request: FailedRequest, reason: string, origin?: Origin): UpCloudError {
    const message = `${request.method} ${request.path} was not sent to UpCloud: ${reason}. Run again, or allow more time with \`timeouts\`.`;
    return new UpCloudError("unsent", message, request, origin);
  }

  /** No connection was established, so nothing was sent. */
  static unconnected(request: FailedRequest, reason: string, origin?: Origin): UpCloudError {
    const message = `${request.method} ${request.path} was not sent to UpCloud: ${reason}. Run again. If it persists, check the network and upcloud:apiBaseUrl.`;
    return new UpCloudError("unsent", message, request, origin);
  }

  /** Never retried: the certificate would be the same. */
  static untrusted(request: FailedRequest, host: string, reason: string, origin?: Origin): UpCloudError {
    const message =
      `${request.method} ${request.path} was not sent to UpCloud, because this computer does not trust the certificate of ${host}: ${reason}. ` +
      `Check upcloud:apiBaseUrl. If your network has its own certificate authority, set the environment variable NODE_EXTRA_CA_CERTS to the file with its certificate. ${seePage("untrusted-certificate")}`;
    return new UpCloudError("untrusted", message, request, origin);
  }

  /**
   * There was no way through the proxy, so nothing was sent.
   * @param more `isFinal`: the proxy would refuse again
   */
  static notTunneled(request: FailedRequest, reason: string, { isFinal, ...origin }: Origin & { isFinal: boolean }) {
    const message = `${request.method} ${request.path} was not sent to UpCloud: ${reason}. ${seePage("proxy")}`;
    return new UpCloudError(isFinal ? "barred" : "unsent", message, request, origin);
  }

  /** The same failure with one more sentence and the same cause. */
  withNote(sentence: string): UpCloudError {
    return new UpCloudError(this.failure, `${this.message} ${sentence}`, this, this);
  }
}

function unknownOutcomeAdvice({ method, context }: FailedRequest): string {
  return method === "POST" && context.assigning
    ? `This does not tell whether an address was assigned to server ${context.server}.`
    : "Run the operation again.";
}

const hasCode = (error: unknown, ...codes: string[]): error is UpCloudError =>
  error instanceof UpCloudError && error.code !== undefined && codes.includes(error.code);

/** The address does not exist, or no longer. */
export const isAddressGone = (error: unknown): boolean => hasCode(error, "IP_ADDRESS_NOT_FOUND");

/** Another account has the address: it was released, or the credentials are not those of its account. */
export const isAddressForbidden = (error: unknown): boolean => hasCode(error, "IP_ADDRESS_FORBIDDEN");

/** For `catch`: ignores that the address is gone, and throws any other error. */
export function ignoreGone(error: unknown): undefined {
  if (!isAddressGone(error)) throw error;
}

/** The user lacks permission, whatever the address or the server. */
export const isForbidden = (error: unknown): boolean => hasCode(error, "ACTION_FORBIDDEN");

/** UpCloud does not accept the credentials. */
export const isUnauthenticated = (error: unknown): boolean => error instanceof UpCloudError && error.status === 401;

/** The same request may succeed a moment later. */
export const isTransient = (error: unknown): boolean =>
  error instanceof UpCloudError &&
  !isCutOff(error) &&
  (error.failure !== "refused" || error.status === 429 || isUncertainStatus(error.status));

/** The request was certainly not carried out: it was not sent, or UpCloud's rules refused it. A truncated response is neither. */
export const hadNoEffect = (error: unknown): boolean =>
  error instanceof UpCloudError &&
  (isCutOff(error) || error.failure === "unsent" || (error.failure === "refused" && !isUncertainStatus(error.status)));

/** No request reaches UpCloud from this computer until somebody changes something. */
const isCutOff = ({ failure }: UpCloudError) => failure === "untrusted" || failure === "barred";

/** UpCloud, or a proxy in front of it, may still carry out the request: its effect may not be visible in the account yet. */
export const mayStillTakeEffect = (error: unknown): boolean =>
  error instanceof UpCloudError &&
  (error.timedOut || (error.status !== undefined && timeoutStatuses.includes(error.status)));

/** The server gave up waiting for the request (408), or a proxy for the server; some proxies use 524 for 504. */
const timeoutStatuses = [408, 504, 524];

/** UpCloud's rules refuse with 4xx. But a request that arrived too slowly (408) may be complete behind a proxy. */
const isUncertainStatus = (status: number | undefined) => status !== undefined && (status >= 500 || status === 408);

export const isServerStateIllegal = (error: unknown): error is UpCloudError => hasCode(error, "SERVER_STATE_ILLEGAL");

/** The server does not exist, or no longer, and neither do its addresses. */
export const isServerGone = (error: unknown): error is UpCloudError => hasCode(error, "SERVER_NOT_FOUND");

/** For `catch`: ignores that the server is gone, and throws any other error. */
export function ignoreServerGone(error: unknown): undefined {
  if (!isServerGone(error)) throw error;
}

/** Another account has the server. */
export const isServerForbidden = (error: unknown): boolean => hasCode(error, "SERVER_FORBIDDEN");

export const isVersionRefused = (error: unknown): boolean =>
  hasCode(error, "API_VERSION_OBSOLETE", "API_VERSION_INVALID");
