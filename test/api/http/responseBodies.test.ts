import * as zlib from "node:zlib";
import { json, type Respond, text } from "../../support/network/testServer";
import { address, clientOf, failureOf } from "../support/testClient";

const tail = "If it persists, check that upcloud:apiBaseUrl names UpCloud's API and not a proxy or a login page.";

test.each<[string, Respond, string]>([
  ["an HTML page", text(200, "text/html; charset=utf-8", "<html>Sign in</html>"), "text/html that is not valid JSON"],
  ["an empty body", text(200, "application/json", ""), "an empty body"],
  ["half a JSON body", text(200, "application/json", '{"ip_address":{"acc'), "application/json that is not valid JSON"],
  ["no content type and no JSON", (response) => response.end("ok"), "no content type that is not valid JSON"],
  ["no body where one belongs", (response) => response.writeHead(204).end(), "an empty body"],
])("%s is an unreadable response", async (_, respond, what) => {
  const { client } = await clientOf(respond);
  const error = await failureOf(client.ipAddresses.get(address.address));
  expect(error.failure).toBe("unreadable");
  expect(error.message).toContain("UpCloud responded to GET /1.2/ip_address/198.51.100.7 with status 20");
  expect(error.message).toContain(what);
  expect(error.message).toContain(`Run the operation again. ${tail}`);
});

test("a truncated body is an unreadable response with its status", async () => {
  const { client } = await clientOf((response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
    response.write('{"ip_address"');
    setTimeout(() => response.destroy(), 20);
  });
  const error = await failureOf(client.ipAddresses.list());
  expect(error).toMatchObject({ failure: "unreadable", status: 200, method: "GET", path: "/1.2/ip_address" });
  expect(error.message).toContain("a truncated response");
});

describe("a compressed body that was not asked for", () => {
  const body = JSON.stringify({ ip_address: address });
  const encoded =
    (encoding: string, bytes: Buffer): Respond =>
    (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding }).end(bytes);
    };

  test.each([
    ["gzip", zlib.gzipSync(body)],
    ["X-GZIP", zlib.gzipSync(body)],
    ["deflate", zlib.deflateSync(body)],
    ["br", zlib.brotliCompressSync(body)],
    ["identity", Buffer.from(body)],
  ])("is read in %s", async (encoding, bytes) => {
    const { client } = await clientOf(encoded(encoding, bytes));
    await expect(client.ipAddresses.get(address.address)).resolves.toEqual(address);
  });

  test.each([
    ["zstd", Buffer.from("?"), 'a body with the unsupported Content-Encoding "zstd"'],
    ["toString", Buffer.from("?"), 'a body with the unsupported Content-Encoding "tostring"'],
    ["gzip", Buffer.from("?"), 'a body that cannot be decoded from the Content-Encoding "gzip" ('],
    [
      "gzip",
      zlib.gzipSync(Buffer.alloc(65 * 1024 * 1024)),
      'a body that cannot be decoded from the Content-Encoding "gzip" (',
    ],
  ])("is an unreadable response if it is not valid %s", async (encoding, bytes, words) => {
    const { client } = await clientOf(encoded(encoding, bytes));
    const error = await failureOf(client.ipAddresses.get(address.address));
    expect(error).toMatchObject({ failure: "unreadable", status: 200 });
    expect(error.message).toContain(words);
  });
});

describe.each(["1.2", "1.3"] as const)("a change in API %s", (apiVersion) => {
  test.each([200, 202, 204])("that is answered %i without a body has succeeded", async (status) => {
    const { client, server } = await clientOf(
      (response, received) =>
        received.method === "GET"
          ? json(200, { ip_address: address })(response, received)
          : void response.writeHead(status).end(),
      { apiVersion },
    );
    await expect(client.ipAddresses.modify(address.address, { ptrRecord: "a.example.com" })).resolves.toEqual(address);
    expect(server.received.map(({ method }) => method)).toEqual([apiVersion === "1.2" ? "PUT" : "PATCH", "GET"]);
  });
});

test("a release whose response has no body has succeeded, whatever the status", async () => {
  const { client } = await clientOf((response) => void response.writeHead(202).end());
  await expect(client.ipAddresses.release(address.address)).resolves.toBeUndefined();
});
