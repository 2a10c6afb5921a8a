import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

interface Received {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export type Respond = (response: ServerResponse, received: Received) => void;

export interface AnsweringServer {
  url: string;
  received: Received[];
  /** The most connections that were open at one time. */
  mostConnections: number;
  /** Connections that are open now. */
  openConnections(): number;
  close(): Promise<void>;
}

/** A server on port 0 that answers every request as the test says: for the answers that no UpCloud would give. */
export async function answering(respond: Respond): Promise<AnsweringServer> {
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
  const result: AnsweringServer = {
    url: "",
    received,
    mostConnections: 0,
    openConnections: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  server.on("connection", (socket) => {
    sockets.add(socket);
    result.mostConnections = Math.max(result.mostConnections, sockets.size);
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
