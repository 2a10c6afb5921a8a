/** What broke a connection, in words. Node has its own for most, which are kept where they say enough. */
export function whyBroken(cause: unknown, host: string): string {
  const {
    message,
    code = "",
    library,
    reason,
  } = cause as NodeJS.ErrnoException & { library?: string; reason?: string };
  if (library === "SSL routines" || code.startsWith("ERR_SSL_") || code === "EPROTO") {
    return `TLS could not be established with ${host} (${reason ?? code}): an address that begins with https:// needs a port that speaks TLS`;
  }
  if (code.startsWith("HPE_")) return `${host} answered in something other than HTTP (${code})`;
  if (code === "ECONNRESET") return `${host} closed the connection`;
  // Node's error of several failed addresses has a code and no message.
  return message || code || String(cause);
}
