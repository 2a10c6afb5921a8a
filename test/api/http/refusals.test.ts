import type { ServerResponse } from "node:http";
import { isAddressGone, isForbidden, type UpCloudError } from "../../../src/api/errors/upCloudError";
import { json, type Respond, text } from "../../support/network/testServer";
import { address, clientOf, failureOf, serverThat } from "../support/testClient";

test.each([
  ["a redirect", (response: ServerResponse) => response.writeHead(302, { location: "/login" }).end("{}")],
  ["a body where none belongs", json(200, {})],
])("a release whose response is %s has failed", async (_, respond) => {
  const { client } = await clientOf(respond as Respond);
  await failureOf(client.ipAddresses.release(address.address));
});

test("a redirect is a refusal, whatever its body", async () => {
  const { client } = await clientOf(json(302, { ip_address: address }));
  expect(await failureOf(client.ipAddresses.get(address.address))).toMatchObject({ failure: "refused", status: 302 });
});

test("a date in Retry-After is compared with the local clock if the response has no date", async () => {
  const { client } = await clientOf((response) => {
    response.sendDate = false;
    response.setHeader("retry-after", new Date(Date.now() + 3_600_000).toUTCString());
    json(429, null)(response, { method: "GET", path: "", headers: {}, body: "" });
  });
  const { retryAfterMs } = await failureOf(client.servers.list());
  expect(retryAfterMs).toBeGreaterThan(1_800_000);
});

test.each<[string, Respond, Partial<UpCloudError>, string]>([
  [
    "UpCloud's envelope",
    json(409, { error: { error_code: "SERVER_STATE_ILLEGAL", error_message: "The server is running." } }),
    { status: 409, code: "SERVER_STATE_ILLEGAL" },
    '(GET /1.2/ip_address: 409 SERVER_STATE_ILLEGAL, "The server is running.")',
  ],
  [
    "an envelope without a message",
    json(409, { error: { error_code: "SERVER_STATE_ILLEGAL" } }),
    { status: 409, code: "SERVER_STATE_ILLEGAL" },
    "(GET /1.2/ip_address: 409 SERVER_STATE_ILLEGAL)",
  ],
  [
    "problem+json without a title",
    json(404, { type: "https://developers.upcloud.com/1.3/errors#ERROR_RESOURCE_NOT_FOUND" }),
    { status: 404, code: "RESOURCE_NOT_FOUND" },
    "(GET /1.2/ip_address: 404 RESOURCE_NOT_FOUND)",
  ],
  [
    "problem+json",
    json(404, { title: "Not there", type: "https://developers.upcloud.com/1.3/errors#ERROR_RESOURCE_NOT_FOUND" }),
    { status: 404, code: "RESOURCE_NOT_FOUND" },
    '(GET /1.2/ip_address: 404 RESOURCE_NOT_FOUND, "Not there")',
  ],
  [
    "an HTML page",
    text(502, "text/html", "<h1>Bad gateway</h1>"),
    { status: 502 },
    '502, "text/html instead of JSON")',
  ],
  ["an empty body", text(503, "text/plain", ""), { status: 503 }, "(GET /1.2/ip_address: 503)"],
  [
    "an envelope of wrong types",
    json(400, { error: { error_code: 4 } }),
    { status: 400 },
    "(GET /1.2/ip_address: 400,",
  ],
  ["429", json(429, null), { status: 429 }, "UpCloud is rate limiting requests"],
  ["401 without a code", text(401, "text/html", "no"), { status: 401 }, "UpCloud does not accept the credentials"],
  [
    "403 with a new code",
    json(403, { error: { error_code: "NEW_FORBIDDEN" } }),
    { status: 403, code: "NEW_FORBIDDEN" },
    "lacks permission for this action",
  ],
  [
    "408",
    text(408, "text/html", "no"),
    { status: 408 },
    "did not receive the whole request about the account in time: run again",
  ],
])("a refusal as %s carries status and code", async (_, respond, fields, words) => {
  const { client } = await clientOf(respond);
  const error = await failureOf(client.ipAddresses.list());
  expect(error).toMatchObject({ failure: "refused", method: "GET", path: "/1.2/ip_address", ...fields });
  expect(error.message).toContain(words);
});

test.each([
  [
    403,
    "was refused, but not by UpCloud, whose responses have a code: check upcloud:apiBaseUrl, and any firewall or proxy between this computer and URL.",
  ],
  [404, "UpCloud's API is not at URL: check upcloud:apiBaseUrl."],
  [
    405,
    "was refused, but not by UpCloud, whose responses have a code: check upcloud:apiBaseUrl, and what responds at URL.",
  ],
])("a %i that is not from UpCloud is reported with the whole URL", async (status, words) => {
  const { client, server } = await clientOf(text(status, "text/html", "<h1>no</h1>"));
  const error = await failureOf(client.ipAddresses.list());
  expect(error.message).toContain(words.replace("URL", `${server.url}/1.2/ip_address`));
  expect(error.message).not.toMatch(/lacks permission|bug in pulumi-upcloud-ip/);
  expect([isForbidden(error), isAddressGone(error)]).toEqual([false, false]);
});

describe.each([301, 302, 303, 307, 308])("a redirect with %i", (status) => {
  const redirectedTo = async (location: string | undefined) => {
    const { client, server } = await clientOf((response) => {
      response.writeHead(status, { "content-type": "application/json", ...(location && { location }) });
      response.end(JSON.stringify({ ip_address: address }));
    });
    const error = await failureOf(client.ipAddresses.get(address.address));
    expect(error).toMatchObject({ failure: "refused", status });
    expect(error.message).toContain("set upcloud:apiBaseUrl to the address of UpCloud's API itself");
    expect(server.received).toHaveLength(1);
    return { error, url: server.url };
  };

  test("is reported with its target, without what may be secret, and is not followed", async () => {
    const target = await serverThat(json(200, { ip_address: address }));
    const { error } = await redirectedTo(`${target.url.replace("//", "//me:secret@")}/login/ucat_secret?token=x#y`);
    expect(error.message).toContain(`to ${target.url}/login/[redacted]. The redirect was not followed`);
    expect(target.received).toEqual([]);
  });

  test("to a path is reported with the host", async () => {
    const { error, url } = await redirectedTo("/login");
    expect(error.message).toContain(`to ${url}/login. The redirect`);
  });

  test.each([undefined, "http://"])("to %s is reported as such", async (location) => {
    const { error } = await redirectedTo(location);
    expect(error.message).toContain("to an unknown address. The redirect");
  });
});

test("control characters in UpCloud's message and in a value are shown as escapes", async () => {
  const refusal = { error: { error_code: "PTR_RECORD_INVALID", error_message: "no\u001b[31m\nred" } };
  const { client } = await clientOf(json(400, refusal));
  const error = await failureOf(client.ipAddresses.modify(address.address, { ptrRecord: "a\u0007b\r.example.com" }));
  expect(error.message).not.toMatch(/\p{Cc}/u);
  expect(error.message).toContain('"a\\u0007b\\r.example.com"');
  expect(error.message).toContain('"no\\u001b[31m\\nred"');
});
