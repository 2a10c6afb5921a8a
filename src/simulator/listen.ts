import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Hono } from "hono";
import { halfBodyHeader } from "./control/faultInjection";

/** A running HTTP server. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the app on 127.0.0.1; port 0 selects a free port. */
export async function listen(app: Hono, port: number): Promise<Listener> {
  const server = createServer(
    getRequestListener(
      async (request, env) => {
        const outgoing = env.outgoing as ServerResponse;
        await send(await app.fetch(request, env), outgoing);
        return RESPONSE_ALREADY_SENT;
      },
      { overrideGlobalObjects: false },
    ),
  );
  // Clients keep connections open between polls; closing one of them would look like a fault.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  let closing: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      closing ??= closeServer(server);
      return closing;
    },
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Writes a response with the headers of UpCloud's web server, in its spelling. */
async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  if (response.headers.has("x-hono-already-sent") || outgoing.destroyed) return;
  const body = Buffer.from(await response.arrayBuffer());
  const headers = Object.fromEntries(
    ["Content-Type", "Retry-After"].flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const reason = response.status === 401 ? ["Authorization Required"] : [];
  outgoing.writeHead(response.status, ...(reason as [string]), {
    ...(response.status !== 204 && outgoing.req.method !== "HEAD" && { "Content-Length": body.byteLength }),
    ...headers,
    Server: "Apache",
    "Strict-Transport-Security": "max-age=63072000",
  });
  if (!response.headers.has(halfBodyHeader)) {
    outgoing.end(body);
    return;
  }
  outgoing.write(body.subarray(0, body.byteLength / 2), () => outgoing.socket?.destroySoon());
}
