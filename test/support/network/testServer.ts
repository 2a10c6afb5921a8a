import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

interface Received {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export type Respond = (response: ServerResponse, received: Received) => void;

export interface TestServer {
  url: string;
  received: Received[];
  /** The largest number of connections that were open at one time. */
  maxConnections: number;
  /** Connections that are open now. */
  openConnections(): number;
  /** The process may end before it is closed. */
  unref(): void;
  close(): Promise<void>;
}

/** An HTTP server on port 0 that responds as the test says, also as UpCloud never would. */
export async function startTestServer(respond: Respond): Promise<TestServer> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url: path = "", headers } = request;
    const one = { method, path, headers, body: Buffer.concat(chunks).toString() };
    received.push(one);
    respond(response, one);
  });
  const result: TestServer = {
    url: "",
    received,
    maxConnections: 0,
    openConnections: () => sockets.size,
    unref: () => server.unref(),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  server.on("connection", (socket) => {
    sockets.add(socket);
    result.maxConnections = Math.max(result.maxConnections, sockets.size);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  result.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return result;
}

export const json =
  (status: number, body: unknown): Respond =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json; charset=UTF-8" });
    response.end(JSON.stringify(body));
  };

export const text =
  (status: number, contentType: string, body: string): Respond =>
  (response) => {
    response.writeHead(status, { "content-type": contentType });
    response.end(body);
  };
