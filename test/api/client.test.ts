import type { UpCloudClient } from "../../src/api/client";
import {
  isAddressForbidden,
  isAddressGone,
  isServerForbidden,
  isServerGone,
  isServerStateIllegal,
} from "../../src/api/errors/upCloudError";
import type { ApiVersion } from "../../src/api/wire";
import { type Simulator, startSimulator } from "../../src/simulator";
import { closeAfterTest, connectTo, failureOf } from "./support/testClient";

const mail = "009d64ef-31d1-4684-a26b-c86c955cbf46";
const web = "0053cd80-5945-4105-9081-11192806a8f7";
const absent = "00000000-0000-4000-8000-000000000000";

let simulator: Simulator;
let client: UpCloudClient;

async function start(apiVersion: ApiVersion, options: Parameters<typeof startSimulator>[0] = {}) {
  simulator = await startSimulator(options);
  closeAfterTest(() => simulator.stop());
  client = connectTo(simulator.url, { credentials: simulator.credentials, apiVersion });
}

const lastRequest = () =>
  simulator.requests.slice(-1).map(({ method, path, status }) => `${method} ${path} ${status}`)[0];

describe.each(["1.2", "1.3"] as const)("API %s", (apiVersion) => {
  const modify = apiVersion === "1.2" ? "PUT" : "PATCH";
  const assignment = { server: web, family: "IPv4", access: "public" } as const;

  test("an address is assigned, read, listed, named and released", async () => {
    await start(apiVersion);
    const assigned = await client.ipAddresses.assign({ ...assignment, family: "IPv6" });
    expect(lastRequest()).toBe(`POST /${apiVersion}/ip_address 201`);
    expect(assigned).toMatchObject({ access: "public", family: "IPv6", server: web });
    expect([assigned.mac, assigned.zone].every((value) => (value === undefined) === (apiVersion === "1.2"))).toBe(true);

    const path = `/${apiVersion}/ip_address/${assigned.address}`;
    expect(await client.ipAddresses.get(assigned.address)).toEqual(assigned);
    expect(lastRequest()).toBe(`GET ${path} 200`);
    expect(await client.ipAddresses.list()).toContainEqual(assigned);

    const named = await client.ipAddresses.modify(assigned.address, { ptrRecord: "mail.example.com" });
    expect(lastRequest()).toBe(`${modify} ${path} 202`);
    expect(named).toEqual({ ...assigned, ptr_record: "mail.example.com" });

    await client.ipAddresses.release(assigned.address);
    expect(lastRequest()).toBe(`DELETE ${path} 204`);
    expect(simulator.account.getIpAddress(assigned.address)).toBeUndefined();
  });

  test("a server is listed, stopped and started", async () => {
    await start(apiVersion);
    expect((await client.servers.list()).map(({ title, state }) => `${title} ${state}`).sort()).toEqual([
      "mail started",
      "web stopped",
    ]);
    expect((await client.servers.stop(mail, { type: "hard", timeoutSeconds: 60 })).state).toBe("started");
    simulator.clock.advance(60_000);
    expect((await client.servers.get(mail)).state).toBe("stopped");
    expect((await client.servers.start(mail)).state).toBe("started");
  });

  const address = () => simulator.account.listIpAddresses(web).find(({ access }) => access === "public")?.address ?? "";
  const internal = () =>
    simulator.account.listIpAddresses(web).find(({ access }) => access === "private")?.address ?? "";

  let foreign = "";

  /** Every error of the specification: its cause, its status and code, and what the message says and names. */
  test.each<[string, () => void, () => Promise<unknown>, number, string, RegExp]>([
    [
      "a malformed UUID",
      () => undefined,
      () => client.ipAddresses.assign({ ...assignment, server: "web" }),
      400,
      "SERVER_INVALID",
      /does not accept "web" as the UUID of a server: copy the UUID/,
    ],
    [
      "an account without credits",
      () => {
        simulator.account.credits = 0;
      },
      () => client.ipAddresses.assign(assignment),
      402,
      "INSUFFICIENT_CREDITS",
      new RegExp(`too few credits for another address on server ${web}: add credits`),
    ],
    [
      "another account's server",
      () => simulator.account.giveServerAway(web),
      () => client.ipAddresses.assign(assignment),
      403,
      "SERVER_FORBIDDEN",
      new RegExp(`Server ${web} belongs to another account: use the credentials of that account`),
    ],
    [
      "an absent server",
      () => undefined,
      () => client.ipAddresses.assign({ ...assignment, server: absent }),
      404,
      "SERVER_NOT_FOUND",
      new RegExp(`There is no server ${absent}: correct the UUID`),
    ],
    [
      "a full server",
      () => {
        for (let i = 0; i < 4; i++) simulator.account.assignIpAddress({ server: web });
      },
      () => client.ipAddresses.assign(assignment),
      409,
      "IP_ADDRESS_LIMIT_REACHED",
      new RegExp(`Server ${web} has as many addresses of this kind as UpCloud allows: release one first`),
    ],
    [
      "a second internal address",
      () => undefined,
      () => client.ipAddresses.assign({ ...assignment, access: "private" }),
      409,
      "IP_ADDRESS_LIMIT_REACHED",
      new RegExp(`Server ${web} has as many addresses of this kind as UpCloud allows: release one first`),
    ],
    [
      "a zone without free addresses",
      () => simulator.account.limitZone("de-fra1", { IPv4: 0 }),
      () => client.ipAddresses.assign(assignment),
      409,
      "IP_ADDRESS_RESOURCES_UNAVAILABLE",
      new RegExp(`no free address of this kind in the zone of server ${web}`),
    ],
    [
      "a running server",
      () => undefined,
      () => client.ipAddresses.assign({ ...assignment, server: mail }),
      409,
      "SERVER_STATE_ILLEGAL",
      new RegExp(`only while the server is stopped, and server ${mail} is not: stop it and run again`),
    ],
    [
      "a malformed address",
      () => undefined,
      () => client.ipAddresses.modify("mail", { ptrRecord: "a.example.com" }),
      400,
      "IP_ADDRESS_INVALID",
      /does not accept "mail" as an IP address/,
    ],
    [
      "a PTR record that is no domain name",
      () => undefined,
      () => client.ipAddresses.modify(address(), { ptrRecord: "not a name" }),
      400,
      "PTR_RECORD_INVALID",
      /does not accept "not a name" as the PTR record of address .*: use a fully qualified domain name/,
    ],
    [
      "another account's address",
      () => {
        foreign = address();
        simulator.account.assignIpAddress({ server: web });
        simulator.account.giveIpAddressAway(foreign);
      },
      () => client.ipAddresses.modify(foreign, { ptrRecord: "a.example.com" }),
      403,
      "IP_ADDRESS_FORBIDDEN",
      /Address .* belongs to another account/,
    ],
    [
      "an absent address",
      () => undefined,
      () => client.ipAddresses.modify("203.0.113.250", { ptrRecord: "a.example.com" }),
      404,
      "IP_ADDRESS_NOT_FOUND",
      /There is no address 203\.0\.113\.250 any more: run `pulumi refresh`/,
    ],
    [
      "a PTR record for an internal address",
      () => undefined,
      () => client.ipAddresses.modify(internal(), { ptrRecord: "a.example.com" }),
      409,
      "PTR_RECORD_NOT_SUPPORTED",
      /PTR records for public addresses only, and address 10\..* is not public: remove ptrRecord/,
    ],
    [
      "the release of an absent address",
      () => undefined,
      () => client.ipAddresses.release("203.0.113.250"),
      404,
      "IP_ADDRESS_NOT_FOUND",
      /There is no address 203\.0\.113\.250/,
    ],
    [
      "the release of a malformed address",
      () => undefined,
      () => client.ipAddresses.release("mail"),
      400,
      "IP_ADDRESS_INVALID",
      /does not accept "mail" as an IP address/,
    ],
    [
      "the release of an internal address",
      () => undefined,
      () => client.ipAddresses.release(internal()),
      409,
      "CANNOT_DELETE_PRIVATE_ADDRESS",
      /does not release address 10\..*: set `retainOnDelete: true` on the resource/,
    ],
    [
      "the release from a running server",
      () => simulator.account.startServer(web),
      () => client.ipAddresses.release(address()),
      409,
      "SERVER_STATE_ILLEGAL",
      /the server of address .* is not: stop it and run again/,
    ],
  ])(
    "%s is reported with status, code, subject and remedy, and changes nothing",
    async (_, arrange, act, status, code, words) => {
      await start(apiVersion);
      arrange();
      const before = simulator.account.listIpAddresses();
      const error = await failureOf(act());
      expect(error).toMatchObject({
        failure: "refused",
        status,
        code,
        path: expect.stringMatching(`^/${apiVersion}/`),
      });
      expect(error.message).toMatch(words);
      expect(error.message).toContain(`${status} ${code}`);
      expect(simulator.account.listIpAddresses()).toEqual(before);
      expect(isAddressGone(error)).toBe(code === "IP_ADDRESS_NOT_FOUND");
      expect(isAddressForbidden(error)).toBe(code === "IP_ADDRESS_FORBIDDEN");
      expect(isServerGone(error)).toBe(code === "SERVER_NOT_FOUND");
      expect(isServerForbidden(error)).toBe(code === "SERVER_FORBIDDEN");
      expect(isServerStateIllegal(error)).toBe(code === "SERVER_STATE_ILLEGAL");
    },
  );
});

test("an account for which UpCloud serves only 1.3 is used with 1.3", async () => {
  await start("1.2", { rules: { api12: "obsolete" } });
  await client.ipAddresses.list();
  expect(lastRequest()).toBe("GET /1.3/ip_address 200");
});
