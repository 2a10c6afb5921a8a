import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { createClient } from "../../../src/api/client";
import { UpCloudError } from "../../../src/api/errors/upCloudError";
import type { Credentials } from "../../../src/api/http/credentials";
import { json, type Respond, startTestServer, text } from "../../support/network/testServer";
import { untrustedCertificate } from "../../support/network/untrustedCertificate";

const token = "ucat_secret";
const password = "p@ss word";
const basic = Buffer.from(`user:${password}`).toString("base64");
const secrets = new RegExp([token, password, encodeURIComponent(password), basic].join("|"));

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function failureAt(baseUrl: string, credentials: Credentials, signal?: AbortSignal): Promise<UpCloudError> {
  const sleep = async () => undefined;
  const client = createClient({ baseUrl, credentials, requestTimeoutMs: 200, apiVersion: "1.2", sleep });
  open.unshift(() => client.close());
  const outcome = await client.ipAddresses.get("198.51.100.7", signal).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(UpCloudError);
  return outcome as UpCloudError;
}

async function serverThat(respond: Respond) {
  const server = await startTestServer(respond);
  open.push(() => server.close());
  return server;
}

const echo =
  (respond: (header: string) => Respond): Respond =>
  (response, received) =>
    respond(String(received.headers.authorization))(response, received);

test.each<[string, Credentials, string]>([
  ["a token is sent as Bearer", { token }, `Bearer ${token}`],
  ["user and password are sent as Basic", { username: "user", password }, `Basic ${basic}`],
])("%s, and removed from UpCloud's message", async (_, credentials, header) => {
  const server = await serverThat(
    echo((sent) => json(400, { error: { error_code: "ODD", error_message: `you sent ${sent} ${password}` } })),
  );
  const error = await failureAt(server.url, credentials);
  expect(server.received[0]?.headers.authorization).toBe(header);
  expect(error.message).toContain("[redacted]");
  expect("token" in credentials ? error.message.replaceAll(password, "") : error.message).not.toMatch(secrets);
});

const raw =
  (reply: (header: string) => string): Respond =>
  (response, { headers }) =>
    void (response.socket as Socket).end(reply(String(headers.authorization)));

const failures: [string, Respond, string, string][] = [
  ["a closed connection", (response) => void response.destroy(), "unanswered", "SocketError"],
  ["no response in time", () => undefined, "unanswered", "TimeoutError"],
  ["bytes that are not HTTP", raw((header) => `${header}\r\n\r\n`), "unanswered", "HTTPParserError"],
  [
    "bytes that are not HTTP within a response",
    raw((header) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${header}\r\n`),
    "unreadable",
    "HTTPParserError",
  ],
  ["text instead of JSON", echo((header) => text(200, "text/plain", header)), "unreadable", "SyntaxError"],
  ["a content type", echo((header) => text(200, header, "{")), "unreadable", "SyntaxError"],
  ["incomplete JSON", echo((header) => text(200, "application/json", `{"a":"${header}`)), "unreadable", "SyntaxError"],
  [
    "JSON that does not fit",
    echo((header) => json(200, { ip_address: { address: header } })),
    "unreadable",
    "ShapeError",
  ],
  [
    "an unknown encoding",
    echo((header) => (response) => void response.writeHead(200, { "content-encoding": header }).end("?")),
    "unreadable",
    "Error",
  ],
  [
    "a broken encoding",
    echo((header) => (response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(header).subarray(0, 20));
    }),
    "unreadable",
    "Error",
  ],
];

describe.each<[string, Credentials]>([
  ["a token", { token }],
  ["a password", { username: "user", password }],
])("the error of a request with %s has its cause, and nowhere the credentials:", (_, credentials) => {
  test.each(failures)("%s", async (_, respond, failure, cause) => {
    const error = await failureAt((await serverThat(respond)).url, credentials);
    expect(error).toMatchObject({ failure, cause: { name: cause } });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(secrets);
  });
});

describe("the cause of a request that was not sent", () => {
  test("is Node's error where nobody listens", async () => {
    const server = await serverThat(() => undefined);
    await server.close();
    expect(await failureAt(server.url, { token })).toMatchObject({
      failure: "unsent",
      cause: { code: "ECONNREFUSED" },
    });
  });

  test("is Node's error where the certificate is not trusted", async () => {
    const server = createTlsServer(untrustedCertificate);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    open.push(() => server.close());
    const error = await failureAt(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, { token });
    expect(error).toMatchObject({ failure: "untrusted", cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" } });
  });

  test("is the signal's reason where the operation was over", async () => {
    const { url } = await serverThat(() => undefined);
    const error = await failureAt(url, { token }, AbortSignal.abort(new Error(`over, ${token}`)));
    expect(error).toMatchObject({ failure: "unsent", cause: { message: "over, [redacted]" } });
  });
});
