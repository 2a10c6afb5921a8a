import { json } from "../support/network/testServer";
import { address, clientOf, failureOf } from "./support/testClient";

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
])("an address that %s is reported with the field, what was expected and what came", async (_, body, what) => {
  const { client } = await clientOf(json(200, body));
  const error = await failureOf(client.ipAddresses.get(address.address));
  expect(error).toMatchObject({ failure: "unreadable", status: 200 });
  expect(error.message).toContain(`with status 200 and JSON that is not as documented: expected ${what}`);
  expect(error.message).not.toMatch(/proxy/);
});

test("an address with null for what does not apply is read as one without those fields", async () => {
  const { ptr_record, ...rest } = address;
  const nulls = { ptr_record: null, family: null, mac: null, zone: null, floating: null, part_of_plan: null };
  const { client } = await clientOf(json(200, { ip_address: { ...rest, ...nulls } }));
  await expect(client.ipAddresses.get(address.address)).resolves.toEqual({ ...rest, ptr_record: "" });
});

test("fields that UpCloud adds are ignored", async () => {
  const { client } = await clientOf(json(200, { ip_address: { ...address, colour: "red", labels: [] }, more: 1 }));
  await expect(client.ipAddresses.get(address.address)).resolves.toMatchObject(address);
});

test("an entry of the list without a readable address is ignored", async () => {
  const broken = [{ address: 5 }, null, "198.51.100.9", {}];
  const { client } = await clientOf(json(200, { ip_addresses: { ip_address: [...broken, address] } }));
  await expect(client.ipAddresses.list()).resolves.toEqual([address]);
});

test("an entry of the list with another malformed field is listed with its other fields and the reason", async () => {
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

test("a list of addresses that is not a list is reported with the field", async () => {
  const { client } = await clientOf(json(200, { ip_addresses: { ip_address: {} } }));
  const error = await failureOf(client.ipAddresses.list());
  expect(error.message).toContain("expected ip_addresses.ip_address to be a list, got an object");
});

const web = { uuid: "0053cd80-5945-4105-9081-11192806a8f7", title: "web", zone: "fi-hel1", state: "started" };

test.each<[string, unknown, string]>([
  ["has no UUID", { server: {} }, "server.uuid to be a string, got nothing"],
  ["has no state", { server: { ...web, state: 5 } }, "server.state to be a string, got 5"],
])("a server that %s is reported with the field", async (_, body, what) => {
  const { client } = await clientOf(json(200, body));
  const error = await failureOf(client.servers.get(web.uuid));
  expect(error.message).toContain(`JSON that is not as documented: expected ${what}`);
});

test("a server in a state that UpCloud has added, or without a title, is read", async () => {
  const { client } = await clientOf(json(200, { server: { ...web, state: "rebooting", title: null } }));
  await expect(client.servers.get(web.uuid)).resolves.toEqual({ ...web, state: "rebooting", title: "" });
});

test("servers are listed with their readable fields, and without those that have no UUID", async () => {
  const servers = [null, { title: "?" }, { ...web, state: null }, { ...web, state: "rebooting" }];
  const { client } = await clientOf(json(200, { servers: { server: servers } }));
  await expect(client.servers.list()).resolves.toEqual([
    { ...web, state: "unknown" },
    { ...web, state: "rebooting" },
  ]);
});

test("a list of servers that is not a list is reported with the field", async () => {
  const { client } = await clientOf(json(200, { servers: { server: {} } }));
  expect((await failureOf(client.servers.list())).message).toContain("expected servers.server to be a list");
});
