import type { ServerResponse } from "node:http";
import * as zlib from "node:zlib";
import { type ClientOptions, createClient, type UpCloudClient } from "../../../src/api/client";
import { isAddressGone, isForbidden, mayStillTakeEffect, UpCloudError } from "../../../src/api/errors/upCloudError";
import { type AnsweringServer, answering, json, type Respond, text } from "../../support/answers";

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

const tail = "If it persists, check that upcloud:apiBaseUrl names UpCloud's API and not a proxy or a login page.";

test.each<[string, Respond, string]>([
  [
    "an HTML page",
    text(200, "text/html; charset=utf-8", "<html>Sign in</html>"),
    "text/html that is not complete JSON",
  ],
  ["an empty body", text(200, "application/json", ""), "an empty body"],
  ["half a JSON body", text(200, "application/json", '{"ip_address":{"acc'), "application/json that is not complete"],
  ["no content type and no JSON", (response) => response.end("ok"), "no content type that is not complete JSON"],
  ["no body where one belongs", (response) => response.writeHead(204).end(), "an empty body"],
])("%s is told as unreadable", async (_, respond, what) => {
  const { client } = await clientOf(respond);
  const error = await failureOf(client.ipAddresses.get(address.address));
  expect(error.failure).toBe("unreadable");
  expect(error.message).toContain("UpCloud answered GET /1.2/ip_address/198.51.100.7 with status 20");
  expect(error.message).toContain(what);
  expect(error.message).toContain(`Run the operation again. ${tail}`);
});

const long = "x".repeat(100);

test.each<[string, unknown, string]>([
  ["is a list", { ip_address: [] }, "ip_address.address to be an IP address, got nothing"],
  ["is null", null, "ip_address.address to be an IP address, got nothing"],
  ["holds null", { ip_address: null }, "ip_address.address to be an IP address, got nothing"],
  [
    "has no address",
    { ip_address: { ...address, address: "x.x" } },
    'ip_address.address to be an IP address, got "x.x"',
  ],
  ["has another family", { ip_address: { ...address, family: "IPv6" } }, 'ip_address.family to be "IPv4", got "IPv6"'],
  ["has no access", { ip_address: { ...address, access: null } }, "ip_address.access to be a string, got null"],
  [
    "has a number as PTR record",
    { ip_address: { ...address, ptr_record: 7 } },
    "ip_address.ptr_record to be a string, got 7",
  ],
  ["has a list as server", { ip_address: { ...address, server: [] } }, "ip_address.server to be a string, got a list"],
  ["has an object as zone", { ip_address: { ...address, zone: {} } }, "ip_address.zone to be a string, got an object"],
  [
    "has a flag that is none",
    { ip_address: { ...address, floating: true } },
    "ip_address.floating to be a string, got true",
  ],
  [
    "has a long text",
    { ip_address: { ...address, family: long } },
    `ip_address.family to be "IPv4", got "${long.slice(0, 59)}….`,
  ],
])("an address that %s is told by the field, what is expected and what came", async (_, body, what) => {
  const { client } = await clientOf(json(200, body));
  const error = await failureOf(client.ipAddresses.get(address.address));
  expect(error).toMatchObject({ failure: "unreadable", status: 200 });
  expect(error.message).toContain(`with status 200 and JSON of another shape than documented: expected ${what}`);
  expect(error.message).not.toMatch(/proxy/);
});

test("an address with null in place of what does not apply is read as one without", async () => {
  const { ptr_record, ...rest } = address;
  const nulls = { ptr_record: null, family: null, mac: null, zone: null, floating: null, part_of_plan: null };
  const { client } = await clientOf(json(200, { ip_address: { ...rest, ...nulls } }));
  await expect(client.ipAddresses.get(address.address)).resolves.toEqual({ ...rest, ptr_record: "" });
});

test("a body that is cut off is told as unreadable with its status", async () => {
  const { client } = await clientOf((response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
    response.write('{"ip_address"');
    setTimeout(() => response.destroy(), 20);
  });
  const error = await failureOf(client.ipAddresses.list());
  expect(error).toMatchObject({ failure: "unreadable", status: 200, method: "GET", path: "/1.2/ip_address" });
  expect(error.message).toContain("an answer that was cut off");
});

test("fields that UpCloud adds are passed over", async () => {
  const { client } = await clientOf(json(200, { ip_address: { ...address, colour: "red", labels: [] }, more: 1 }));
  await expect(client.ipAddresses.get(address.address)).resolves.toMatchObject(address);
});

test("an entry of the list without a readable address is passed over", async () => {
  const broken = [{ address: 5 }, null, "198.51.100.9", {}];
  const { client } = await clientOf(json(200, { ip_addresses: { ip_address: [...broken, address] } }));
  await expect(client.ipAddresses.list()).resolves.toEqual([address]);
});

test("an entry of the list that is malformed elsewhere is listed with the rest of its fields, and with what is wrong", async () => {
  const entries = [
    { ...address, ptr_record: 7 },
    { ...address, access: 7, zone: 8 },
  ];
  const { client } = await clientOf(json(200, { ip_addresses: { ip_address: entries } }));
  await expect(client.ipAddresses.list()).resolves.toEqual([
    { ...address, ptr_record: "", malformed: "expected ip_address.ptr_record to be a string, got 7" },
    { ...address, access: "public", malformed: "expected ip_address.access to be a string, got 7" },
  ]);
});

test("a list that is none is told by the field", async () => {
  const { client } = await clientOf(json(200, { ip_addresses: { ip_address: {} } }));
  const error = await failureOf(client.ipAddresses.list());
  expect(error.message).toContain("expected ip_addresses.ip_address to be a list, got an object");
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
    /^GET \/1\.2\/ip_address was not sent to UpCloud: .*ECONNREFUSED.*\. Run again\. If it persists, check the network/,
  );
});

const web = { uuid: "0053cd80-5945-4105-9081-11192806a8f7", title: "web", zone: "fi-hel1", state: "started" };

test.each<[string, unknown, string]>([
  ["has no UUID", { server: {} }, "server.uuid to be a string, got nothing"],
  ["has no state", { server: { ...web, state: 5 } }, "server.state to be a string, got 5"],
])("a server that %s is told by the field", async (_, body, what) => {
  const { client } = await clientOf(json(200, body));
  const error = await failureOf(client.servers.get(web.uuid));
  expect(error.message).toContain(`JSON of another shape than documented: expected ${what}`);
});

test("a server in a state that UpCloud has added, or without a title, is read", async () => {
  const { client } = await clientOf(json(200, { server: { ...web, state: "rebooting", title: null } }));
  await expect(client.servers.get(web.uuid)).resolves.toEqual({ ...web, state: "rebooting", title: "" });
});

test("servers are listed with what is readable, and without those that have no UUID", async () => {
  const servers = [null, { title: "?" }, { ...web, state: null }, { ...web, state: "rebooting" }];
  const { client } = await clientOf(json(200, { servers: { server: servers } }));
  await expect(client.servers.list()).resolves.toEqual([
    { ...web, state: "unknown" },
    { ...web, state: "rebooting" },
  ]);
});

test("a list of servers that is none is told by the field", async () => {
  const { client } = await clientOf(json(200, { servers: { server: {} } }));
  expect((await failureOf(client.servers.list())).message).toContain("expected servers.server to be a list");
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
  [
    "403 with a new code",
    json(403, { error: { error_code: "NEW_FORBIDDEN" } }),
    { status: 403, code: "NEW_FORBIDDEN" },
    "has no right to do this",
  ],
  ["408", text(408, "text/html", "no"), { status: 408 }, "did not come in whole in time: run again"],
])("a refusal as %s carries status and code", async (_, respond, fields, words) => {
  const { client } = await clientOf(respond);
  const error = await failureOf(client.ipAddresses.list());
  expect(error).toMatchObject({ failure: "refused", method: "GET", path: "/1.2/ip_address", ...fields });
  expect(error.message).toContain(words);
});

test.each([
  [
    403,
    "was refused, and not by UpCloud, whose answers have a code: check that no firewall or proxy stands between this computer and URL, and upcloud:apiBaseUrl.",
  ],
  [404, "UpCloud's API is not at URL: check upcloud:apiBaseUrl."],
  [
    405,
    "was refused, and not by UpCloud, whose answers have a code: check upcloud:apiBaseUrl, and what answers at URL.",
  ],
])("a %i that is not UpCloud's is told with the whole URL", async (status, words) => {
  const { client, server } = await clientOf(text(status, "text/html", "<h1>no</h1>"));
  const error = await failureOf(client.ipAddresses.list());
  expect(error.message).toContain(words.replace("URL", `${server.url}/1.2/ip_address`));
  expect(error.message).not.toMatch(/has no right|fault of pulumi-upcloud-ip/);
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

  test("is told with where it leads to, without what may be secret, and is not followed", async () => {
    const target = await answering(json(200, { ip_address: address }));
    open.push(target);
    const { error } = await redirectedTo(`${target.url.replace("//", "//me:secret@")}/login/ucat_secret?token=x#y`);
    expect(error.message).toContain(`to ${target.url}/login/[redacted], which is not followed`);
    expect(target.received).toEqual([]);
  });

  test("to a path is told with the host", async () => {
    const { error, url } = await redirectedTo("/login");
    expect(error.message).toContain(`to ${url}/login, which`);
  });

  test.each([undefined, "http://"])("to %s is told as such", async (location) => {
    const { error } = await redirectedTo(location);
    expect(error.message).toContain("to an address that it does not name, which");
  });
});

describe("a body that is compressed though nobody asked for it", () => {
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
    ["zstd", Buffer.from("?"), 'a body in the Content-Encoding "zstd", which was not asked for'],
    ["toString", Buffer.from("?"), 'a body in the Content-Encoding "tostring", which was not asked for'],
    ["gzip", Buffer.from("?"), 'a body in the Content-Encoding "gzip" that cannot be read ('],
    [
      "gzip",
      zlib.gzipSync(Buffer.alloc(65 * 1024 * 1024)),
      'a body in the Content-Encoding "gzip" that cannot be read (',
    ],
  ])("is told in %s that cannot be read", async (encoding, bytes, words) => {
    const { client } = await clientOf(encoded(encoding, bytes));
    const error = await failureOf(client.ipAddresses.get(address.address));
    expect(error).toMatchObject({ failure: "unreadable", status: 200 });
    expect(error.message).toContain(words);
  });
});

test("control characters in UpCloud's words and in a value are shown as escapes", async () => {
  const refusal = { error: { error_code: "PTR_RECORD_INVALID", error_message: "no\u001b[31m\nred" } };
  const { client } = await clientOf(json(400, refusal));
  const error = await failureOf(client.ipAddresses.modify(address.address, { ptrRecord: "a\u0007b\r.example.com" }));
  expect(error.message).not.toMatch(/\p{Cc}/u);
  expect(error.message).toContain('"a\\u0007b\\r.example.com"');
  expect(error.message).toContain('"no\\u001b[31m\\nred"');
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

test("a release that is answered without a body has succeeded, whatever the status", async () => {
  const { client } = await clientOf((response) => void response.writeHead(202).end());
  await expect(client.ipAddresses.release(address.address)).resolves.toBeUndefined();
});

describe("versions", () => {
  const obsolete = json(400, { error: { error_code: "API_VERSION_OBSOLETE", error_message: "too old" } });
  const served13: Respond = (response, received) =>
    received.path.startsWith("/1.3")
      ? json(200, { ip_address: address })(response, received)
      : obsolete(response, received);

  test("1.2 that UpCloud refuses is left for 1.3, and said once", async () => {
    const changes: string[] = [];
    const { client, server } = await clientOf(served13, {
      onVersionChange: (from, to) => changes.push(`${from} ${to}`),
    });
    await Promise.all([client.ipAddresses.get("198.51.100.7"), client.ipAddresses.get("198.51.100.7")]);
    await client.ipAddresses.modify("198.51.100.7", { ptrRecord: "a.example.com" });
    expect(changes).toEqual(["1.2 1.3"]);
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
