import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { closeAfterTest } from "./testClient";

/** A listener that handles each connection as the test says. */
export async function listening(act: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    act(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeAfterTest(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, sockets, accepted: () => once(server, "connection") };
}
