import { createClient, type UpCloudClient } from "../../../src/api/client";
import { AddressCache } from "../../../src/provider/account/addressCache";
import { StackAddresses } from "../../../src/provider/account/stackAddresses";
import { PtrRecordProvider } from "../../../src/provider/ptrRecord/provider";
import type { PtrRecordState } from "../../../src/provider/ptrRecord/state";
import { realTimer } from "../../../src/provider/runtime/timer";
import type { ServerIpAddressState } from "../../../src/provider/serverIpAddress/state";
import type { StateAddress } from "../../../src/state/stackState";
import { web } from "../../support/demoServers";
import { json, startTestServer, type TestServer } from "../../support/network/testServer";
import { Machine, type Saved } from "../../support/operation";

const address = "198.51.100.7";
const other = "198.51.100.8";
const wire = (one: string) => ({ access: "public", address: one, family: "IPv4", ptr_record: "a.example.com" });
const error = (status: number, error_code: string) => json(status, { error: { error_code, error_message: "No." } });

const answers = {
  "address 200": json(200, { ip_address: wire(address) }),
  "address 403": error(403, "IP_ADDRESS_FORBIDDEN"),
  "address 404": error(404, "IP_ADDRESS_NOT_FOUND"),
  "server 200": json(200, { server: { uuid: web, title: "web", zone: "de-fra1", state: "started" } }),
  "server 403": error(403, "SERVER_FORBIDDEN"),
  "server 404": error(404, "SERVER_NOT_FOUND"),
  "no right": error(403, "ACTION_FORBIDDEN"),
};
type Answer = keyof typeof answers;
const noRight = "The UpCloud user lacks permission for this action";
const another = `The credentials may not use address ${address} or its server ${web}`;
const unknown = `The credentials may not use address ${address}: UpCloud says that it belongs to another account, and`;

describe("an address of the state", () => {
  let upCloud: TestServer;
  let client: UpCloudClient;

  async function start(
    ofAddress: Answer,
    ofServer?: Answer,
    listed: string[] | "no right" = [],
  ): Promise<StackAddresses> {
    upCloud = await startTestServer((response, received) => {
      const list =
        listed === "no right" ? answers[listed] : json(200, { ip_addresses: { ip_address: listed.map(wire) } });
      if (received.path === "/1.2/ip_address") return list(response, received);
      const isServer = received.path === `/1.2/server/${web}`;
      return answers[isServer && ofServer !== undefined ? ofServer : ofAddress](response, received);
    });
    const options = { baseUrl: upCloud.url, credentials: { token: "demo" }, apiVersion: "1.2", requestTimeoutMs: 5000 };
    client = createClient({ ...options, apiVersion: "1.2" });
    return new StackAddresses(() => client, new AddressCache(() => client, realTimer));
  }
  afterEach(async () => {
    await client.close();
    await upCloud.close();
  });
  const asked = () => upCloud.received.map(({ path }) => path.replace("/1.2", ""));

  test.each<[Answer, Answer | undefined, string | undefined]>([
    ["address 200", undefined, "there"],
    ["address 404", undefined, "gone"],
    ["address 403", "server 200", "gone"],
    ["address 403", "server 404", "gone"],
    ["address 403", "server 403", another],
    ["address 403", "no right", noRight],
    ["no right", undefined, noRight],
  ])("whose look-up is answered %s, and that of its server %s: %s", async (ofAddress, ofServer, expected) => {
    const found = (await start(ofAddress, ofServer)).find(address, { server: web }, 0);
    const outcome = await found.then(
      (one) => (one === undefined ? "gone" : "there"),
      ({ message }) => message,
    );
    expect(outcome).toContain(expected);
    const ofServerToo = ofServer === undefined ? [] : [`/server/${web}`];
    expect(asked()).toEqual([`/ip_address/${address}`, ...ofServerToo]);
  });

  const inState = (one: Partial<StateAddress>) => async () =>
    [
      {
        type: "ServerIpAddress",
        urn: "urn",
        id: other,
        pendingDelete: false,
        external: false,
        server: undefined,
        ...one,
      },
    ] as StateAddress[];

  test.each<[string, string, string[] | "no right", Parameters<typeof inState>[0] | undefined, Answer | undefined]>([
    ["lists nothing", unknown, [], undefined, undefined],
    ["lists somebody's addresses", unknown, [other], undefined, undefined],
    ["lists another address of the state", "gone", [other], {}, undefined],
    ["lists no other address of the state", unknown, ["198.51.100.9"], {}, undefined],
    ["shows the server that the state tells", "gone", [], { id: address, server: web }, "server 200"],
    ["does not show the server that the state tells", another, [other], { id: address, server: web }, "server 403"],
    ["does not let the user list", noRight, "no right", {}, undefined],
  ])("without a server, forbidden, in an account that %s: %s", async (_, expected, listed, state, ofServer) => {
    const addresses = await start("address 403", ofServer, listed);
    const known = state === undefined ? {} : { readState: inState(state) };
    const outcome = await addresses.find(address, known, 0).then(
      () => "gone",
      ({ message }) => message,
    );
    expect(outcome).toContain(expected);
  });

  test("without a server, forbidden, is gone when the operation has found another address of the stack", async () => {
    const addresses = await start("address 403", undefined, [other]);
    expect(await Promise.all([addresses.find(address, {}, 0), addresses.find(other, {}, 0)])).toEqual([
      undefined,
      wire(other),
    ]);
  });

  test("without a server, forbidden, is gone when the operation has seen a server of the stack", async () => {
    const addresses = await start("address 403", "server 200");
    expect(await addresses.find(other, { server: web }, 0)).toBeUndefined();
    expect(await addresses.find(address, {}, 0)).toBeUndefined();
  });

  test("is not gone because the state cannot be read", async () => {
    const addresses = await start("address 403");
    const readState = () => Promise.reject(new Error("no state"));
    await expect(addresses.find(address, { readState }, 0)).rejects.toThrow(unknown);
  });
});

describe("with the credentials of another account", () => {
  let machine: Machine;
  let saved: Saved;
  const operation = () =>
    machine.operation(undefined, "1.2", { env: { UPCLOUD_TOKEN: machine.simulator.otherCredentials.token } });
  const writes = () => machine.simulator.requests.filter(({ method, status }) => method !== "GET" && status < 400);
  const words = (id = saved.id) => `The credentials may not use address ${id} or its server ${web}`;

  beforeEach(async () => {
    machine = await Machine.start();
    saved = await machine.operation().create("a", { server: web, family: "IPv6" });
    machine.inState = [saved.id];
    machine.simulator.clearRequests();
  });
  afterEach(async () => {
    expect([machine.simulator.account.getIpAddress(saved.id)?.owner, writes()]).toEqual(["us", []]);
    await machine.end();
  });

  test.each([
    ["UpCloud's spelling", (id: string) => id],
    ["another spelling", (id: string) => id.toUpperCase()],
  ])("an address whose id has %s is neither forgotten nor released", async (_, spell) => {
    const id = spell(saved.id);
    await expect(operation().provider.read(id, saved.state)).rejects.toThrow(words(id));
    await expect(operation().delete({ id, state: saved.state })).rejects.toThrow(words(id));
    const state = { ...saved.state, powerCycle: true } as ServerIpAddressState;
    await expect(operation().delete({ id, state })).rejects.toThrow(words(id));
  });

  test("an address that `get` has found is not forgotten", async () => {
    const { id, props } = await machine.operation().provider.read(saved.id);
    await expect(operation().provider.read(String(id), props)).rejects.toThrow(words());
  });

  test("an address that an interrupted create has assigned is not forgotten", async () => {
    const left = await machine.operation().createUnsaved("b", { server: web, family: "IPv6" });
    machine.simulator.clearRequests();
    await expect(operation().create("b", { server: web, family: "IPv6" })).rejects.toThrow(words(left.id));
    const { id } = await machine.operation().create("b", { server: web, family: "IPv6" });
    expect(id).toBe(left.id);
  });

  test.each(["get", "adopt"])("an address given to `%s` is reported as another account's", async (how) => {
    const adopting = { server: web, family: "IPv6", adopt: saved.id };
    const failure = how === "get" ? operation().provider.read(saved.id) : operation().create("b", adopting);
    await expect(failure).rejects.toThrow(
      `Address ${saved.id} belongs to another account: use the credentials of that account, correct`,
    );
  });

  test("a PtrRecord is not forgotten, and its previous record is not restored", async () => {
    const state = {
      address: saved.id,
      ptrRecord: "a.example.com",
      previousPtrRecord: "b.example.com",
    } as PtrRecordState;
    const records = () => new PtrRecordProvider(operation().session);
    const unknown = `The credentials may not use address ${saved.id}`;
    await expect(records().read(saved.id, state)).rejects.toThrow(unknown);
    await expect(records().delete(saved.id, state)).rejects.toThrow(unknown);
    await expect(records().update(saved.id, state, state)).resolves.toBeDefined();
    await expect(records().update(saved.id, state, { ...state, ptrRecord: "c.example.com" })).rejects.toThrow(
      `Address ${saved.id} belongs to another account`,
    );
  });
});
