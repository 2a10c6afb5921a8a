/** What broke a connection, in words. Node and undici have their own for most, which are kept where they say enough. */
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
  if (code === "ECONNRESET" || (code === "UND_ERR_SOCKET" && message.endsWith("closed")))
    return `${host} closed the connection`;
  // Node's error of several failed addresses has a code and no message.
  const said = message || code || String(cause);
  return said.replace("Response does not match the HTTP/1.1 protocol", `${host} answered in something other than HTTP`);
}
