import type { ServerResponse } from "node:http";
import { type ClientOptions, createClient, type UpCloudClient } from "../../src/api/client";
import { mayStillTakeEffect, UpCloudError } from "../../src/api/errors";
import { type AnsweringServer, answering, json, type Respond, text } from "../support/answers";

const address = {
  access: "public",
  address: "198.51.100.7",
  family: "IPv4",
  ptr_record: "198-51-100-7.de-fra1.upcloud.host",
  server: "0053cd80-5945-4105-9081-11192806a8f7",
};
const assignment = { server: address.server, family: "IPv4", access: "public" } as const;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function clientOf(
  respond: Respond,
  options: Partial<ClientOptions> = {},
): Promise<{ client: UpCloudClient; server: AnsweringServer }> {
  const server = await answering(respond);
  const client = createClient({
    baseUrl: server.url,
    credentials: { token: "ucat_secret" },
    requestTimeoutMs: 2000,
    apiVersion: "1.2",
    sleep: async () => undefined,
    ...options,
  });
  open.push(client, server);
  return { client, server };
}

const failureOf = async (promise: Promise<unknown>): Promise<UpCloudError> => {
  const outcome = await promise.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(UpCloudError);
  return outcome as UpCloudError;
};

const tail = "If it goes on, check that upcloud:apiBaseUrl names UpCloud's API and not a proxy or a login page.";

test.each<[string, Respond, string]>([
  ["an HTML page", text(200, "text/html; charset=utf-8", "<html>Sign in</html>"), "text/html that is no whole JSON"],
  ["an empty body", text(200, "application/json", ""), "an empty body"],
  ["half a JSON body", text(200, "application/json", '{"ip_address":{"acc'), "application/json that is no whole JSON"],
  ["no content type and no JSON", (response) => response.end("ok"), "no content type that is no whole JSON"],
  ["JSON of another shape", json(200, { ip_address: [] }), "JSON of another shape than documented"],
  ["JSON null", json(200, null), "JSON of another shape than documented"],
  ["an address that is none", json(200, { ip_address: { ...address, address: "x.x.x.x" } }), "JSON of another shape"],
  ["a wrong family", json(200, { ip_address: { ...address, family: "IPv6" } }), "JSON of another shape"],
  ["a PTR record of a wrong type", json(200, { ip_address: { ...address, ptr_record: 7 } }), "JSON of another shape"],
  ["a server of a wrong type", json(200, { ip_address: { ...address, server: {} } }), "JSON of another shape"],
  ["an address that is null", json(200, { ip_address: null }), "JSON of another shape"],
  ["no body where one belongs", (response) => response.writeHead(204).end(), "JSON of another shape than documented"],
])("%s is told as unreadable", async (_, respond, what) => {
  const { client } = await clientOf(respond);
  const error = await failureOf(client.ipAddresses.get(address.address));
  expect(error.failure).toBe("unreadable");
  expect(error.message).toContain("UpCloud answered GET /1.2/ip_address/198.51.100.7 with status 20");
  expect(error.message).toContain(what);
  expect(error.message).toContain(`Run the operation again. ${tail}`);
});

test("a body that breaks off is told as unreadable with its status", async () => {
  const { client } = await clientOf((response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
    response.write('{"ip_address"');
    setTimeout(() => response.destroy(), 20);
  });
  const error = await failureOf(client.ipAddresses.list());
  expect(error).toMatchObject({ failure: "unreadable", status: 200, method: "GET", path: "/1.2/ip_address" });
  expect(error.message).toContain("an answer that broke off");
});

test("fields that UpCloud adds are passed over", async () => {
  const { client } = await clientOf(json(200, { ip_address: { ...address, colour: "red", labels: [] }, more: 1 }));
  await expect(client.ipAddresses.get(address.address)).resolves.toMatchObject(address);
});

test("one broken entry makes a list unreadable, rather than an address less", async () => {
  const { client } = await clientOf(json(200, { ip_addresses: { ip_address: [address, { address: 5 }] } }));
  expect((await failureOf(client.ipAddresses.list())).failure).toBe("unreadable");
});

test("a lost answer to assign says that an address may have been bought", async () => {
  const { client } = await clientOf((response) => response.destroy());
  const error = await failureOf(client.ipAddresses.assign(assignment));
  expect(error).toMatchObject({ failure: "unanswered", method: "POST", path: "/1.2/ip_address" });
  expect(error.status).toBeUndefined();
  expect(error.message).toMatch(/^UpCloud gave no answer to POST \/1\.2\/ip_address: /);
  expect(error.message).toContain(
    `An address may have been assigned to server ${address.server}: look at the server's addresses before you run again.`,
  );
});

test("a request that takes too long ends", async () => {
  const { client } = await clientOf(() => undefined, { requestTimeoutMs: 100 });
  const error = await failureOf(client.ipAddresses.list());
  expect(error.failure).toBe("unanswered");
  expect(error.message).toContain("it took longer than 0.1 s");
});

test("an operation whose time is over ends its request", async () => {
  const { client } = await clientOf(() => undefined);
  const error = await failureOf(client.ipAddresses.list(AbortSignal.timeout(50)));
  expect(error.message).toContain("the time that `timeouts` allows for the operation was over");
});

const headersOnly: Respond = (response) => {
  response.writeHead(201, { "content-type": "application/json", "content-length": "100" });
  response.write('{"ip_address"');
};

test.each<[string, Respond, boolean]>([
  ["comes not at all", () => undefined, true],
  ["comes in part", headersOnly, true],
  ["is that a gateway gave up waiting", text(504, "text/html", "no"), true],
  ["is that the request came in too slowly", text(408, "text/html", "no"), true],
  ["is a connection that breaks", (response) => response.destroy(), false],
  ["is a failure", json(500, {}), false],
  ["is unreadable", text(201, "text/html", "no"), false],
])(
  "an assign whose answer %s is in doubt, and told apart by whether it may still take effect",
  async (_, respond, expected) => {
    const { client, server } = await clientOf(respond, { requestTimeoutMs: 1000 });
    const error = await failureOf(client.ipAddresses.assign(assignment));
    expect(mayStillTakeEffect(error)).toBe(expected);
    expect(error.message).toContain("An address may have been assigned to server");
    expect(server.received).toHaveLength(1);
  },
);

test.each<[string, Respond]>([
  ["before the answer", () => undefined],
  ["within the answer", headersOnly],
])("an assign whose operation ends %s may still take effect", async (_, respond) => {
  const operation = new AbortController();
  const { client } = await clientOf((response, received) => {
    respond(response, received);
    setTimeout(() => operation.abort(), 50);
  });
  const error = await failureOf(client.ipAddresses.assign(assignment, operation.signal));
  expect(mayStillTakeEffect(error)).toBe(true);
  expect(error.message).toContain("An address may have been assigned to server");
});

test("an operation whose time is over before sends nothing, and says so", async () => {
  const { client, server } = await clientOf(json(201, { ip_address: address }));
  const error = await failureOf(client.ipAddresses.assign(assignment, AbortSignal.abort()));
  expect(error.failure).toBe("unsent");
  expect(error.message).toContain("POST /1.2/ip_address was not sent to UpCloud");
  expect(error.message).not.toContain("may have been assigned");
  expect(server.received).toEqual([]);
});

test.each([500, 502, 504])(
  "an assign that is answered %i says that an address may have been bought",
  async (status) => {
    const { client } = await clientOf(text(status, "text/html", "<h1>no</h1>"));
    const error = await failureOf(client.ipAddresses.assign(assignment));
    expect(error.message).toContain("An address may have been assigned to server");
    expect(error.message).not.toContain("run again, and look");
  },
);

test.each([
  ["a redirect", (response: ServerResponse) => response.writeHead(302, { location: "/login" }).end("{}")],
  ["a body where none belongs", json(200, {})],
])("a release that is answered with %s has not released", async (_, respond) => {
  const { client } = await clientOf(respond as Respond);
  await failureOf(client.ipAddresses.release(address.address));
});

test("a redirect is no answer, whatever its body", async () => {
  const { client } = await clientOf(json(302, { ip_address: address }));
  expect(await failureOf(client.ipAddresses.get(address.address))).toMatchObject({ failure: "refused", status: 302 });
});

test("a refused connection is told as a request that was not sent, with what to check", async () => {
  const { client, server } = await clientOf(json(200, {}));
  await server.close();
  const error = await failureOf(client.ipAddresses.list());
  expect(error.failure).toBe("unsent");
  expect(error.message).toMatch(
    /^GET \/1\.2\/ip_address was not sent to UpCloud: .*ECONNREFUSED.*\. Run again\. If it goes on, check the network/,
  );
});

test.each<[string, unknown]>([
  ["no list", { servers: { server: {} } }],
  ["a server that is null", { servers: { server: [null] } }],
  [
    "a server in an unheard-of state",
    { servers: { server: [{ uuid: "1", title: "web", zone: "fi-hel1", state: "?" }] } },
  ],
  ["a server without a title", { servers: { server: [{ uuid: "1", zone: "fi-hel1", state: "started" }] } }],
])("a list of servers with %s is told as unreadable", async (_, body) => {
  const { client } = await clientOf(json(200, body));
  const error = await failureOf(client.servers.list());
  expect(error.failure).toBe("unreadable");
  expect(error.message).toContain("JSON of another shape than documented");
});

test("a date in Retry-After counts by the clock here where the answer has none", async () => {
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
  ["429", json(429, null), { status: 429 }, "UpCloud takes no more requests for now"],
  ["401 without a code", text(401, "text/html", "no"), { status: 401 }, "UpCloud does not accept the credentials"],
  ["403 without a code", text(403, "text/html", "no"), { status: 403 }, "has no right to do this"],
])("a refusal as %s carries status and code", async (_, respond, fields, words) => {
  const { client } = await clientOf(respond);
  const error = await failureOf(client.ipAddresses.list());
  expect(error).toMatchObject({ failure: "refused", method: "GET", path: "/1.2/ip_address", ...fields });
  expect(error.message).toContain(words);
});

describe("credentials", () => {
  const echo: Respond = (response, { headers }) =>
    json(400, { error: { error_code: "ODD", error_message: `you sent ${headers.authorization} p@ss word` } })(
      response,
      {
        method: "",
        path: "",
        headers: {},
        body: "",
      },
    );

  test("a token travels as Bearer and is cut out of what UpCloud says", async () => {
    const { client, server } = await clientOf(echo);
    const error = await failureOf(client.ipAddresses.list());
    expect(server.received[0]?.headers.authorization).toBe("Bearer ucat_secret");
    expect(error.message).not.toContain("ucat_secret");
    expect(error.message).toContain("Bearer [redacted]");
  });

  test("user and password travel as Basic and are cut out of what UpCloud says", async () => {
    const { client, server } = await clientOf(echo, { credentials: { username: "user", password: "p@ss word" } });
    const error = await failureOf(client.ipAddresses.list());
    expect(server.received[0]?.headers.authorization).toBe("Basic dXNlcjpwQHNzIHdvcmQ=");
    expect(error.message).not.toMatch(/p@ss word|dXNlcjpwQHNzIHdvcmQ=/);
  });

  test("no credential is reachable from the error object", async () => {
    const { client } = await clientOf((response) => response.destroy());
    const error = await failureOf(client.ipAddresses.list());
    expect(require("node:util").inspect(error, { depth: 20, showHidden: true })).not.toContain("ucat_secret");
  });
});

describe("versions", () => {
  const obsolete = json(400, { error: { error_code: "API_VERSION_OBSOLETE", error_message: "too old" } });
  const served13: Respond = (response, received) =>
    received.path.startsWith("/1.3")
      ? json(200, { ip_address: address })(response, received)
      : obsolete(response, received);

  test("1.2 that UpCloud refuses is left for 1.3, and said once", async () => {
    const said: string[] = [];
    const { client, server } = await clientOf(served13, { onVersionChange: (from, to) => said.push(`${from} ${to}`) });
    await Promise.all([client.ipAddresses.get("198.51.100.7"), client.ipAddresses.get("198.51.100.7")]);
    await client.ipAddresses.modify("198.51.100.7", { ptrRecord: "a.example.com" });
    expect(said).toEqual(["1.2 1.3"]);
    expect(server.received.map(({ method, path }) => `${method} ${path.slice(0, 4)}`)).toEqual([
      "GET /1.2",
      "GET /1.2",
      "GET /1.3",
      "GET /1.3",
      "PATCH /1.3",
    ]);
  });

  test("1.3 that UpCloud refuses is an error", async () => {
    const { client, server } = await clientOf(obsolete, { apiVersion: "1.3" });
    expect((await failureOf(client.ipAddresses.list())).code).toBe("API_VERSION_OBSOLETE");
    expect(server.received).toHaveLength(1);
  });

  test.each([
    ["1.2", "PUT", "private"],
    ["1.3", "PATCH", "utility"],
  ] as const)("%s modifies with %s and says %s for the internal network", async (apiVersion, method, access) => {
    const { client, server } = await clientOf(json(201, { ip_address: address }), { apiVersion });
    await client.ipAddresses.modify("198.51.100.7", { ptrRecord: "a.example.com" });
    for (const word of ["private", "utility", "public"] as const) {
      await client.ipAddresses.assign({ ...assignment, access: word });
    }
    expect(server.received.map((one) => `${one.method} ${one.path} ${one.body}`)).toEqual([
      `${method} /${apiVersion}/ip_address/198.51.100.7 {"ip_address":{"ptr_record":"a.example.com"}}`,
      ...[access, access, "public"].map(
        (word) =>
          `POST /${apiVersion}/ip_address {"ip_address":{"family":"IPv4","access":"${word}","server":"${address.server}"}}`,
      ),
    ]);
  });
});

test("forty requests at once use at most sixteen connections", async () => {
  const { client, server } = await clientOf((response, received) => {
    setTimeout(() => json(200, { ip_addresses: { ip_address: [] } })(response, received), 20);
  });
  await Promise.all(Array.from({ length: 40 }, () => client.ipAddresses.list()));
  expect(server.received).toHaveLength(40);
  expect(server.mostConnections).toBe(16);
});

test("an IPv6 address stands in the path as UpCloud writes it, and odd characters cannot leave it", async () => {
  const { client, server } = await clientOf(json(200, { ip_address: address }));
  await client.ipAddresses.get("2001:db8:1:2:3045:abff:fe0c:04dd");
  await client.ipAddresses.get("../server?x#y");
  expect(server.received.map(({ path }) => path)).toEqual([
    "/1.2/ip_address/2001:db8:1:2:3045:abff:fe0c:04dd",
    "/1.2/ip_address/..%2Fserver%3Fx%23y",
  ]);
});

test("a base URL with a path is put before the version", async () => {
  const server = await answering(json(200, { ip_addresses: { ip_address: [] } }));
  const client = createClient({
    baseUrl: `${server.url}/upcloud`,
    credentials: { token: "t" },
    requestTimeoutMs: 2000,
    apiVersion: "1.2",
  });
  open.push(client, server);
  await client.ipAddresses.list();
  expect(server.received[0]?.path).toBe("/upcloud/1.2/ip_address");
});
