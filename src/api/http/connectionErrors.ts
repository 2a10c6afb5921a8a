import type { HttpProxy } from "./credentials";

/**
 * What broke a connection, as part of a sentence. The words of Node and undici are kept where they say enough, Node's advice is not: a
 * user of Pulumi gives Node no flags.
 */
export function describeConnectionError(error: unknown, host: string): string {
  const {
    message,
    code = "",
    library,
    reason,
  } = error as NodeJS.ErrnoException & { library?: string; reason?: string };
  if (library === "SSL routines" || code.startsWith("ERR_SSL_") || code === "EPROTO") {
    return `the TLS handshake with ${host} failed (${reason ?? code}): an https:// address needs a port that speaks TLS`;
  }
  if (code === "ECONNRESET" || (code === "UND_ERR_SOCKET" && message.endsWith("closed"))) {
    return `${host} closed the connection`;
  }
  // Node's error of several failed addresses has a code and no message.
  const description = message || code || String(error);
  return description
    .replace("Response does not match the HTTP/1.1 protocol", `${host} did not respond in HTTP`)
    .replace(/; .* try running Node\.js with --use-system-ca$/, "");
}

export const noConnectionWithin = (ms: number) => `no connection was established within ${ms / 1000} s`;

export const maxResponseBytes = 64 * 1024 * 1024;

/** undici's errors of the limits it was given, in words that name them; any other error as it is. */
export function nameLimit(error: NodeJS.ErrnoException, connectTimeoutMs: number): Error {
  if (error.code === "UND_ERR_CONNECT_TIMEOUT") {
    return new Error(noConnectionWithin(connectTimeoutMs), { cause: error });
  }
  if (error.code !== "UND_ERR_RES_EXCEEDED_MAX_SIZE") return error;
  return new Error(`it is larger than ${maxResponseBytes / 1024 / 1024} MiB`, { cause: error });
}

/** TLS was established with a certificate that this computer does not accept. */
export const isCertificateError = ({ code = "" }: NodeJS.ErrnoException) => certificateCodes.includes(code);

/** Node's codes. */
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

/** No tunnel through the proxy was established, so nothing was sent to UpCloud. */
export class TunnelError extends Error {
  override readonly name = "TunnelError";

  constructor(
    override readonly cause: unknown,
    /** HTTP status of the proxy's response to CONNECT; absent if there was none. */
    readonly status?: number,
  ) {
    super();
  }
}

/** What a proxy refused or could not do, as part of a sentence. */
export function describeTunnelError(
  { cause, status }: TunnelError,
  { url, variable }: HttpProxy,
  host: string,
): string {
  const proxy = `the proxy ${new URL(url).host} (environment variable ${variable})`;
  if (status === undefined) return `${proxy} could not be used: ${describeConnectionError(cause, new URL(url).host)}`;
  return status === 407
    ? `${proxy} does not accept the user name and password in ${variable}, or asks for them (status 407)`
    : `${proxy} refused a connection to ${host} (status ${status})`;
}

/** A proxy that refuses for good: to send again would be in vain. A gateway's failure and a rate limit may pass. */
export const isFinalRefusal = ({ status = 0 }: TunnelError) =>
  status >= 300 && status < 500 && ![408, 429].includes(status);
