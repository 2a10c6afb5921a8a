import { mayStillTakeEffect } from "../../../src/api/errors/upCloudError";
import { json, type Respond, text } from "../../support/network/testServer";
import { address, assignment, clientOf, failureOf } from "../support/testClient";

test("an assign without a response reports that an address may have been assigned", async () => {
  const { client } = await clientOf((response) => response.destroy());
  const error = await failureOf(client.ipAddresses.assign(assignment));
  expect(error).toMatchObject({ failure: "unanswered", method: "POST", path: "/1.2/ip_address" });
  expect(error.status).toBeUndefined();
  expect(error.message).toMatch(/^UpCloud did not respond to POST \/1\.2\/ip_address: /);
  expect(error.message).toContain(`This does not tell whether an address was assigned to server ${address.server}.`);
});

test("a request that takes too long is aborted", async () => {
  const { client } = await clientOf(() => undefined, { requestTimeoutMs: 100 });
  const error = await failureOf(client.ipAddresses.list());
  expect(error.failure).toBe("unanswered");
  expect(error.message).toContain("it took longer than 0.1 s");
});

test("an operation that exceeds its time aborts its request", async () => {
  const { client } = await clientOf(() => undefined);
  const error = await failureOf(client.ipAddresses.list(AbortSignal.timeout(50)));
  expect(error.message).toContain("the operation exceeded its time limit (`timeouts`)");
});

const headersOnly: Respond = (response) => {
  response.writeHead(201, { "content-type": "application/json", "content-length": "100" });
  response.write('{"ip_address"');
};

test.each<[string, Respond, boolean]>([
  ["does not come", () => undefined, true],
  ["is incomplete", headersOnly, true],
  ["is a gateway timeout", text(504, "text/html", "no"), true],
  ["is a request timeout", text(408, "text/html", "no"), true],
  ["is a closed connection", (response) => response.destroy(), false],
  ["is an internal error", json(500, {}), false],
  ["is unreadable", text(201, "text/html", "no"), false],
])(
  "an assign whose response %s has an unknown outcome, and may still take effect only after a timeout",
  async (_, respond, expected) => {
    const { client, server } = await clientOf(respond, { requestTimeoutMs: 1000 });
    const error = await failureOf(client.ipAddresses.assign(assignment));
    expect(mayStillTakeEffect(error)).toBe(expected);
    expect(error.message).toContain("This does not tell whether an address was assigned to server");
    expect(server.received).toHaveLength(1);
  },
);

test.each<[string, Respond]>([
  ["before the response", () => undefined],
  ["within the response", headersOnly],
])("an assign whose operation ends %s may still take effect", async (_, respond) => {
  const operation = new AbortController();
  const { client } = await clientOf((response, received) => {
    respond(response, received);
    setTimeout(() => operation.abort(), 50);
  });
  const error = await failureOf(client.ipAddresses.assign(assignment, operation.signal));
  expect(mayStillTakeEffect(error)).toBe(true);
  expect(error.message).toContain("This does not tell whether an address was assigned to server");
});

test("an operation that was over before sends nothing, and reports that", async () => {
  const { client, server } = await clientOf(json(201, { ip_address: address }));
  const error = await failureOf(client.ipAddresses.assign(assignment, AbortSignal.abort()));
  expect(error.failure).toBe("unsent");
  expect(error.message).toContain("POST /1.2/ip_address was not sent to UpCloud");
  expect(error.message).not.toContain("may have been assigned");
  expect(server.received).toEqual([]);
});

test.each([500, 502, 504])(
  "an assign that fails with %i reports that an address may have been assigned",
  async (status) => {
    const { client } = await clientOf(text(status, "text/html", "<h1>no</h1>"));
    const error = await failureOf(client.ipAddresses.assign(assignment));
    expect(error.message).toContain("This does not tell whether an address was assigned to server");
    expect(error.message).not.toContain("run again, and look");
  },
);

test("a refused connection means that the request was not sent, and names what to check", async () => {
  const { client, server } = await clientOf(json(200, {}));
  await server.close();
  const error = await failureOf(client.ipAddresses.list());
  expect(error.failure).toBe("unsent");
  expect(error.message).toMatch(
    /^GET \/1\.2\/ip_address was not sent to UpCloud: .*ECONNREFUSED.*\. Run again\. If it persists, check the network/,
  );
});
