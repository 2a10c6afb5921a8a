import { execFile } from "node:child_process";
import dns from "node:dns";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { hadNoEffect } from "../../../src/api/errors/upCloudError";
import { openConnections } from "../../../src/api/http/connections";
import { json } from "../../support/network/testServer";
import { listening } from "../support/listening";
import { address, assignment, closeAfterTest, connectTo, failureOf, serverThat } from "../support/testClient";

afterEach(() => jest.restoreAllMocks());

test("the time of a request does not run while it waits for other requests", async () => {
  const server = await serverThat((response, received) => {
    setTimeout(() => json(201, { ip_address: address })(response, received), 300);
  });
  const client = connectTo(server.url, { requestTimeoutMs: 1000 });
  await Promise.all(Array.from({ length: 64 }, () => client.ipAddresses.assign(assignment)));
  expect(server.received).toHaveLength(64);
});

test("a request whose operation ends while it waits for other requests is not sent, and the next one is", async () => {
  const held: (() => void)[] = [];
  const server = await serverThat((response, received) => {
    held.push(() => json(201, { ip_address: address })(response, received));
  });
  const client = connectTo(server.url);
  const before = Array.from({ length: 16 }, () => client.ipAddresses.assign(assignment));
  const operation = new AbortController();
  const late = failureOf(client.ipAddresses.assign(assignment, operation.signal));
  const next = client.ipAddresses.assign(assignment, new AbortController().signal);
  while (held.length < 16) await new Promise(setImmediate);
  operation.abort();
  const error = await late;
  expect([error.failure, hadNoEffect(error)]).toEqual(["unsent", true]);
  expect(error.message).toContain("the operation exceeded its time limit (`timeouts`)");
  for (const answer of held) answer();
  await Promise.all(before);
  while (held.length < 17) await new Promise(setImmediate);
  held[16]?.();
  await next;
  expect(server.received).toHaveLength(17);
});

describe("a port that accepts connections without TLS", () => {
  test("is abandoned within the time of each request, and nothing was sent", async () => {
    const { host, sockets } = await listening(() => undefined);
    const error = await failureOf(
      connectTo(`https://${host}`, { requestTimeoutMs: 200 }).ipAddresses.assign(assignment),
    );
    expect([error.failure, sockets.length]).toEqual(["unsent", 5]);
    expect(error.message).toContain("no connection was established within 0.2 s");
  });

  test("is abandoned before the time of a long request is over", async () => {
    const { host } = await listening(() => undefined);
    const connections = openConnections(`https://${host}`, { max: 1, connectTimeoutMs: 200 });
    closeAfterTest(() => connections.close());
    const { signal } = new AbortController();
    const outgoing = { method: "GET", path: "/", headers: {}, body: undefined, signal };
    const broken = await connections.exchange(outgoing).catch((error: unknown) => error);
    expect(broken).toMatchObject({ isWritten: false, cause: new Error("no connection was established within 0.2 s") });
  });

  test("is abandoned when the operation ends", async () => {
    const { host, accepted } = await listening(() => undefined);
    const operation = new AbortController();
    accepted().then(() => operation.abort());
    const error = await failureOf(connectTo(`https://${host}`).ipAddresses.assign(assignment, operation.signal));
    expect(error.failure).toBe("unsent");
    expect(error.message).toContain("the operation exceeded its time limit (`timeouts`)");
  });
});

describe("a request that is aborted before its connection is established", () => {
  const outgoing = { method: "POST", path: "/", headers: {}, body: "{}" };
  const exchangeWith = (host: string, signal: AbortSignal) => {
    const connections = openConnections(`http://${host}`, { max: 1, connectTimeoutMs: 5000 });
    closeAfterTest(() => connections.close());
    return connections.exchange({ ...outgoing, signal }).catch((error: unknown) => error);
  };

  test("is not written to it afterwards", async () => {
    const { host, sockets, accepted } = await listening((socket) => socket.resume());
    // A name server that answers when the test says.
    const lookup = jest.spyOn(dns, "lookup").mockImplementation((() => undefined) as unknown as typeof dns.lookup);
    const operation = new AbortController();
    const exchanged = exchangeWith(host.replace("127.0.0.1", "localhost"), operation.signal);
    operation.abort();
    expect(await exchanged).toMatchObject({ isWritten: false, isUntrusted: false, status: undefined });
    const answer = lookup.mock.calls[0]?.at(-1) as unknown as (error: null, addresses: object[]) => void;
    const connected = accepted();
    answer(null, [{ address: "127.0.0.1", family: 4 }]);
    await connected;
    const [socket] = sockets as [Socket];
    await once(socket, "close");
    expect(socket.bytesRead).toBe(0);
  });

  test("opens no connection if it was aborted before it was sent", async () => {
    const { host, sockets } = await listening(() => undefined);
    expect(await exchangeWith(host, AbortSignal.abort())).toMatchObject({ isWritten: false });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sockets).toEqual([]);
  });
});

test("closing the client aborts a request that is still connecting", async () => {
  const { host, accepted } = await listening(() => undefined);
  const client = connectTo(`https://${host}`);
  const listed = failureOf(client.ipAddresses.list());
  await accepted();
  await client.close();
  expect((await listed).failure).toBe("unsent");
});

test("a host with a slow IPv4 and an unreachable IPv6 address is reached at the first attempt", async () => {
  const slow = await fullListener();
  // As a name server answers for a host with both.
  jest.spyOn(dns, "lookup").mockImplementation(((_: string, __: object, callback: (...answer: unknown[]) => void) => {
    callback(null, [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ]);
  }) as unknown as typeof dns.lookup);
  const waits: number[] = [];
  const sleep = async (ms: number) => void waits.push(ms);
  const listed = connectTo(slow.url.replace("127.0.0.1", "localhost"), { sleep }).ipAddresses.list();
  setTimeout(slow.goOn, 400);
  expect(await listed).toEqual([]);
  expect(waits).toEqual([]);
});

/** A process that listens and accepts nobody until it may go on: connections beyond its backlog hang. */
async function fullListener(): Promise<{ url: string; goOn(): void }> {
  const script = `
    const answer = '{"ip_addresses":{"ip_address":[]}}';
    const server = require("node:http").createServer((_, response) => response.end(answer));
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      require("node:fs").writeSync(1, String(server.address().port));
      require("node:fs").readSync(0, Buffer.alloc(1));
    });`;
  const child = execFile(process.execPath, ["-e", script]);
  closeAfterTest(() => child.kill());
  const [port] = await once(child.stdout as NodeJS.ReadableStream, "data");
  const isFull = (socket: Socket) =>
    new Promise<boolean>((resolve) => {
      const hangs = setTimeout(() => resolve(true), 100);
      socket.once("connect", () => {
        clearTimeout(hangs);
        resolve(false);
      });
    });
  for (let full = false; !full; ) {
    const socket = connect(Number(port), "127.0.0.1").on("error", () => undefined);
    closeAfterTest(() => socket.destroy());
    full = await isFull(socket);
  }
  return { url: `http://127.0.0.1:${port}`, goOn: () => child.stdin?.write("\n") };
}

test.each(["100 Continue", "102 Processing", "103 Early Hints"])(
  "an unasked %s before the response is ignored",
  async (informational) => {
    const { host } = await listening((socket) => {
      socket.once("data", () => {
        const body = '{"ip_addresses":{"ip_address":[]}}';
        socket.write(`HTTP/1.1 ${informational}\r\n\r\n`);
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      });
    });
    await expect(connectTo(`http://${host}`).ipAddresses.list()).resolves.toEqual([]);
  },
);

test("a response that changes the protocol is an error", async () => {
  const { host } = await listening((socket) => {
    socket.once("data", () =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"),
    );
  });
  const error = await failureOf(connectTo(`http://${host}`).ipAddresses.list());
  expect(error).toMatchObject({ failure: "unanswered", timedOut: false });
  expect(error.message).toContain("bad upgrade");
});

test("a response that does not end is truncated", async () => {
  const mebibyte = Buffer.alloc(1024 * 1024, " ");
  const server = await serverThat((response) => {
    for (let sent = 0; sent < 66; sent++) response.write(mebibyte);
  });
  const error = await failureOf(connectTo(server.url).ipAddresses.assign(assignment));
  expect(error).toMatchObject({ failure: "unreadable", status: 200, timedOut: false });
  expect(error.message).toContain("a truncated response: it is larger than 64 MiB");
});

test("a closed connection is reported with the host", async () => {
  const { host } = await listening((socket) => socket.once("data", () => socket.destroy()));
  const error = await failureOf(connectTo(`http://${host}`).ipAddresses.list());
  expect(error.message).toContain(`UpCloud did not respond to GET /1.2/ip_address: ${host} closed the connection.`);
});
