import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import tls from "node:tls";
import { openConnections } from "../../../src/api/http/connections";
import { untrustedCertificate } from "../../support/network/untrustedCertificate";

const open: (() => unknown)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
  jest.restoreAllMocks();
});

const continues = "HTTP/1.1 100 Continue\r\nDate: now\r\n\r\n";
const body = '{"ip_addresses":{"ip_address":[]}}';
const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** To a server that answers each request with these parts, which arrive one by one. */
async function oneConnectionTo(parts: string[], server: Server = createServer(), scheme = "http") {
  let accepted = 0;
  server.on(scheme === "https" ? "secureConnection" : "connection", (socket: Socket) => {
    accepted++;
    socket.setNoDelay();
    let received = "";
    socket.on("data", async (chunk) => {
      received += chunk;
      if (!received.endsWith("{}")) return;
      received = "";
      for (const part of parts) {
        socket.write(part);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const connections = openConnections(`${scheme}://127.0.0.1:${port}`, { max: 1, connectTimeoutMs: 5000 });
  open.push(() => connections.close());
  open.push(() => server.close());
  const { signal } = new AbortController();
  const exchange = () => connections.exchange({ method: "POST", path: "/", headers: {}, body: "{}", signal });
  return { exchange, accepted: () => accepted };
}

test.each([
  ["comes together with the answer", [continues + answer]],
  ["comes twice", [continues + continues, answer]],
  ["is cut in two within its first line", [continues.slice(0, 7), continues.slice(7), answer]],
  ["is cut in two within its end", [continues.slice(0, -2), continues.slice(-2) + answer]],
])("an unasked 100 Continue that %s breaks none of the answers on a connection", async (_, parts) => {
  const { exchange, accepted } = await oneConnectionTo(parts);
  for (let nth = 0; nth < 3; nth++) expect((await exchange()).body.toString()).toBe(body);
  expect(accepted()).toBe(1);
});

test("an unasked 100 Continue over TLS breaks none of the answers on a connection", async () => {
  const { connect } = tls;
  const trusting = (options: tls.ConnectionOptions) => connect({ ...options, rejectUnauthorized: false });
  jest.spyOn(tls, "connect").mockImplementation(trusting as typeof tls.connect);
  const server = tls.createServer(untrustedCertificate);
  const { exchange, accepted } = await oneConnectionTo([continues + answer], server, "https");
  for (let nth = 0; nth < 3; nth++) expect((await exchange()).body.toString()).toBe(body);
  expect(accepted()).toBe(1);
});

test("an unasked 100 Continue whose headers do not end is refused", async () => {
  const { exchange } = await oneConnectionTo([`HTTP/1.1 100 Continue\r\nX: ${"x".repeat(17 * 1024)}`]);
  await expect(exchange()).rejects.toMatchObject({ isWritten: true, cause: new Error("Headers Overflow Error") });
});

test("what looks like a 100 Continue within a body is part of it", async () => {
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length + continues.length}\r\n\r\n`;
  const { exchange } = await oneConnectionTo([head + body, continues]);
  expect((await exchange()).body.toString()).toBe(body + continues);
});
