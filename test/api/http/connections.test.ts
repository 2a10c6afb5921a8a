import { execFile } from "node:child_process";
import dns from "node:dns";
import { once } from "node:events";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import tls from "node:tls";
import { type ClientOptions, createClient, type UpCloudClient } from "../../../src/api/client";
import { hadNoEffect, isTransient, UpCloudError } from "../../../src/api/errors/upCloudError";
import { openConnections } from "../../../src/api/http/connections";
import { answering, json } from "../../support/answers";
import { untrustedCertificate } from "../../support/untrustedCertificate";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
  jest.restoreAllMocks();
});

function clientOf(baseUrl: string, options: Partial<ClientOptions> = {}): UpCloudClient {
  const client = createClient({
    baseUrl,
    credentials: { token: "ucat_secret" },
    requestTimeoutMs: 5000,
    apiVersion: "1.2",
    sleep: async () => undefined,
    ...options,
  });
  open.unshift(() => client.close());
  return client;
}

const failureOf = async (promise: Promise<unknown>): Promise<UpCloudError> => {
  const outcome = await promise.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(UpCloudError);
  return outcome as UpCloudError;
};

/** A listener that does with each connection as the test says. */
async function listening(act: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    act(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, sockets, accepted: () => once(server, "connection") };
}

const assignment = { server: "0053cd80-5945-4105-9081-11192806a8f7", family: "IPv4", access: "public" } as const;
const address = { access: "public", address: "198.51.100.7", family: "IPv4", ptr_record: "" };

test("the time of a request does not run while it waits for others", async () => {
  const server = await answering((response, received) => {
    setTimeout(() => json(201, { ip_address: address })(response, received), 300);
  });
  open.push(() => server.close());
  const client = clientOf(server.url, { requestTimeoutMs: 1000 });
  await Promise.all(Array.from({ length: 64 }, () => client.ipAddresses.assign(assignment)));
  expect(server.received).toHaveLength(64);
});

test("a request whose operation ends while it waits for others is not sent, and leaves its place to the next", async () => {
  const held: (() => void)[] = [];
  const server = await answering((response, received) => {
    held.push(() => json(201, { ip_address: address })(response, received));
  });
  open.push(() => server.close());
  const client = clientOf(server.url);
  const before = Array.from({ length: 16 }, () => client.ipAddresses.assign(assignment));
  const operation = new AbortController();
  const late = failureOf(client.ipAddresses.assign(assignment, operation.signal));
  const next = client.ipAddresses.assign(assignment, new AbortController().signal);
  while (held.length < 16) await new Promise(setImmediate);
  operation.abort();
  const error = await late;
  expect([error.failure, hadNoEffect(error)]).toEqual(["unsent", true]);
  expect(error.message).toContain("the time that `timeouts` allows for the operation was over");
  for (const answer of held) answer();
  await Promise.all(before);
  while (held.length < 17) await new Promise(setImmediate);
  held[16]?.();
  await next;
  expect(server.received).toHaveLength(17);
});

describe("a port that accepts connections and speaks no TLS", () => {
  test("is given up within the time of a request, each time, and nothing was sent", async () => {
    const { host, sockets } = await listening(() => undefined);
    const error = await failureOf(
      clientOf(`https://${host}`, { requestTimeoutMs: 200 }).ipAddresses.assign(assignment),
    );
    expect([error.failure, sockets.length]).toEqual(["unsent", 5]);
    expect(error.message).toContain("there was no connection within 0.2 s");
  });

  test("is given up before the time of a request is over where that is long", async () => {
    const { host } = await listening(() => undefined);
    const connections = openConnections(`https://${host}`, { max: 1, connectTimeoutMs: 200 });
    open.unshift(() => connections.close());
    const { signal } = new AbortController();
    const outgoing = { method: "GET", path: "/", headers: {}, body: undefined, signal };
    const broken = await connections.exchange(outgoing).catch((error: unknown) => error);
    expect(broken).toMatchObject({ isWritten: false, cause: new Error("there was no connection within 0.2 s") });
  });

  test("is given up when the operation ends", async () => {
    const { host, accepted } = await listening(() => undefined);
    const operation = new AbortController();
    accepted().then(() => operation.abort());
    const error = await failureOf(clientOf(`https://${host}`).ipAddresses.assign(assignment, operation.signal));
    expect(error.failure).toBe("unsent");
    expect(error.message).toContain("the time that `timeouts` allows for the operation was over");
  });
});

describe("a request that is given up before a connection stands", () => {
  const outgoing = { method: "POST", path: "/", headers: {}, body: "{}" };
  const exchangeWith = (host: string, signal: AbortSignal) => {
    const connections = openConnections(`http://${host}`, { max: 1, connectTimeoutMs: 5000 });
    open.unshift(() => connections.close());
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

  test("needs none where that was before it was sent", async () => {
    const { host, sockets } = await listening(() => undefined);
    expect(await exchangeWith(host, AbortSignal.abort())).toMatchObject({ isWritten: false });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sockets).toEqual([]);
  });
});

test("closing ends a request whose connection is still being made", async () => {
  const { host, accepted } = await listening(() => undefined);
  const client = clientOf(`https://${host}`);
  const listed = failureOf(client.ipAddresses.list());
  await accepted();
  await client.close();
  expect((await listed).failure).toBe("unsent");
});

test("a host with a slow IPv4 and an unreachable IPv6 address is reached at the first try", async () => {
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
  const listed = clientOf(slow.url.replace("127.0.0.1", "localhost"), { sleep }).ipAddresses.list();
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
  open.push(() => child.kill());
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
    open.push(() => socket.destroy());
    full = await isFull(socket);
  }
  return { url: `http://127.0.0.1:${port}`, goOn: () => child.stdin?.write("\n") };
}

test.each(["100 Continue", "102 Processing", "103 Early Hints"])(
  "an unasked %s before the answer breaks nothing",
  async (informational) => {
    const { host } = await listening((socket) => {
      socket.once("data", () => {
        const body = '{"ip_addresses":{"ip_address":[]}}';
        socket.write(`HTTP/1.1 ${informational}\r\n\r\n`);
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      });
    });
    await expect(clientOf(`http://${host}`).ipAddresses.list()).resolves.toEqual([]);
  },
);

test("an answer that changes the protocol is told", async () => {
  const { host } = await listening((socket) => {
    socket.once("data", () =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"),
    );
  });
  const error = await failureOf(clientOf(`http://${host}`).ipAddresses.list());
  expect(error).toMatchObject({ failure: "unanswered", timedOut: false });
  expect(error.message).toContain("bad upgrade");
});

test("an answer that does not end is cut off", async () => {
  const mebibyte = Buffer.alloc(1024 * 1024, " ");
  const server = await answering((response) => {
    for (let sent = 0; sent < 66; sent++) response.write(mebibyte);
  });
  open.push(() => server.close());
  const error = await failureOf(clientOf(server.url).ipAddresses.assign(assignment));
  expect(error).toMatchObject({ failure: "unreadable", status: 200, timedOut: false });
  expect(error.message).toContain("an answer that was cut off: it is larger than 64 MiB");
});

/** As the computer's settings would have it. */
function connectingWith(settings: tls.ConnectionOptions): void {
  const { connect } = tls;
  const withSettings = (options: tls.ConnectionOptions) => connect({ ...options, ...settings });
  jest.spyOn(tls, "connect").mockImplementation(withSettings as typeof tls.connect);
}

describe("TLS", () => {
  test("with a certificate that is not trusted is tried once, and told with the host and the remedy", async () => {
    let requests = 0;
    let connections = 0;
    const server = createTlsServer(untrustedCertificate, () => requests++);
    server.on("connection", () => connections++);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    open.push(() => server.close());
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await failureOf(clientOf(`https://${host}`).ipAddresses.list());
    expect([error.failure, requests, connections]).toEqual(["untrusted", 0, 1]);
    expect([isTransient(error), hadNoEffect(error)]).toEqual([false, true]);
    expect(error.message).toContain(
      `this computer does not trust the certificate of ${host}: self-signed certificate.`,
    );
    expect(error.message).toContain("NODE_EXTRA_CA_CERTS");
  });

  test("with a certificate of another host is told each time, however often", async () => {
    const server = tls.createServer(untrustedCertificate);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    open.push(() => server.close());
    connectingWith({ ca: untrustedCertificate.cert });
    const client = clientOf(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    for (let nth = 0; nth < 20; nth++) {
      const error = await failureOf(client.ipAddresses.list());
      expect(error.failure).toBe("untrusted");
      expect(error.message).toContain("Hostname/IP does not match certificate's altnames");
    }
  });

  test("with a port that speaks plain HTTP is told in words", async () => {
    const server = await answering(json(200, {}));
    open.push(() => server.close());
    const error = await failureOf(clientOf(server.url.replace("http:", "https:")).ipAddresses.list());
    expect(error.failure).toBe("unsent");
    expect(error.message).toContain(`TLS could not be established with ${new URL(server.url).host} (`);
    expect(error.message).toContain("an address that begins with https:// needs a port that speaks TLS");
    expect(error.message).not.toMatch(/openssl|routines|:0A00/i);
  });

  test("that a plain request meets is told in words", async () => {
    const { host } = await listening((socket) => socket.once("data", () => socket.end("\x15\x03\x01\x00\x02\x02\x46")));
    const error = await failureOf(clientOf(`http://${host}`).ipAddresses.list());
    expect(error.failure).toBe("unanswered");
    expect(error.message).toContain(`${host} answered in something other than HTTP (Expected HTTP/`);
  });
});

test("a connection that is closed is told with the host", async () => {
  const { host } = await listening((socket) => socket.once("data", () => socket.destroy()));
  const error = await failureOf(clientOf(`http://${host}`).ipAddresses.list());
  expect(error.message).toContain(`UpCloud gave no answer to GET /1.2/ip_address: ${host} closed the connection.`);
});
