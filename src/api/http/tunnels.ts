import type { Socket } from "node:net";
import { buildConnector, Pool } from "undici";
import { TunnelError } from "./connectionErrors";
import { basicCredentials, type HttpProxy } from "./credentials";

/** Connections through an HTTP proxy, each in a tunnel of its own (CONNECT), whatever the scheme: nobody reads what is in it. */
export function openTunnels(
  proxy: HttpProxy,
  limits: buildConnector.BuildOptions & { timeout: number },
): { connect: buildConnector.connector; close(): void } {
  const { url, username, password } = proxy;
  const headers = username + password === "" ? {} : { "proxy-authorization": `Basic ${basicCredentials(proxy)}` };
  const pool = new Pool(url, { headersTimeout: limits.timeout, connect: limits });
  const connectTls = buildConnector(limits);

  async function tunnelTo({ host, port, protocol }: buildConnector.Options): Promise<Socket> {
    const path = port ? String(host) : `${host}:${protocol === "https:" ? 443 : 80}`;
    const request = { origin: url, path, headers: { ...headers, host: path } };
    const { socket, statusCode } = await pool.connect(request).catch((cause) => {
      throw new TunnelError(cause);
    });
    if (statusCode === 200) return socket as Socket;
    socket.destroy();
    throw new TunnelError(undefined, statusCode);
  }

  return {
    connect(options, callback) {
      tunnelTo(options).then(
        (socket) => {
          if (options.protocol === "https:") connectTls({ ...options, httpSocket: socket }, callback);
          else callback(null, socket);
        },
        (error) => callback(error, null),
      );
    },
    close: () => void pool.destroy(),
  };
}
