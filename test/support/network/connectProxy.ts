import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export interface ConnectProxy {
  /** Without credentials. */
  url: string;
  /** What tunnels were asked for, as `host:port`, refused ones too. */
  readonly tunnels: string[];
  close(): Promise<void>;
}

interface ProxyOptions {
  /** `user:password` that it asks for. Default: nobody needs any. */
  credentials?: string;
  /** The status of its answer to each CONNECT, in turn; then it opens tunnels. 0: it closes the connection instead. */
  refusals?: number[];
}

/** An HTTP proxy. Every name is this computer, and it passes on nothing that is not a tunnel. */
export async function startConnectProxy({ credentials, refusals = [] }: ProxyOptions = {}): Promise<ConnectProxy> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const statuses = [...refusals];
  const expected = credentials && `Basic ${Buffer.from(credentials).toString("base64")}`;
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  server.on("connect", ({ url = "", headers }: IncomingMessage, client: Socket) => {
    tunnels.push(url);
    const isWelcome = expected === undefined || headers["proxy-authorization"] === expected;
    const status = statuses.shift() ?? (isWelcome ? 200 : 407);
    if (status === 0) return client.destroy();
    if (status !== 200) return client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const target = connect(Number(url.split(":").at(-1)), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      target.pipe(client).pipe(target);
    });
    sockets.add(target);
    target.on("error", () => client.destroy());
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
