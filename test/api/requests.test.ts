import { json, type Respond } from "../support/network/testServer";
import { address, assignment, clientOf, connectTo, failureOf, serverThat } from "./support/testClient";

describe("versions", () => {
  const obsolete = json(400, { error: { error_code: "API_VERSION_OBSOLETE", error_message: "too old" } });
  const served13: Respond = (response, received) =>
    received.path.startsWith("/1.3")
      ? json(200, { ip_address: address })(response, received)
      : obsolete(response, received);

  test("1.2 that UpCloud refuses is replaced by 1.3, and reported once", async () => {
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
  ] as const)("%s modifies with %s and uses %s for the internal network", async (apiVersion, method, access) => {
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
  expect(server.maxConnections).toBe(16);
});

test("the path has an IPv6 address as UpCloud writes it, and encodes what could leave the path", async () => {
  const { client, server } = await clientOf(json(200, { ip_address: address }));
  await client.ipAddresses.get("2001:db8:1:2:3045:abff:fe0c:04dd");
  await client.ipAddresses.get("../server?x#y");
  expect(server.received.map(({ path }) => path)).toEqual([
    "/1.2/ip_address/2001:db8:1:2:3045:abff:fe0c:04dd",
    "/1.2/ip_address/..%2Fserver%3Fx%23y",
  ]);
});

test("the path of a base URL comes before the version", async () => {
  const server = await serverThat(json(200, { ip_addresses: { ip_address: [] } }));
  await connectTo(`${server.url}/upcloud`).ipAddresses.list();
  expect(server.received[0]?.path).toBe("/upcloud/1.2/ip_address");
});
