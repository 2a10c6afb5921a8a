import { createClient, type UpCloudClient } from "../../../src/api/client";
import { AddressCache } from "../../../src/provider/account/addressCache";
import { type Rules, type Seed, type Simulator, startSimulator } from "../../../src/simulator";
import { json, startTestServer } from "../../support/testServer";

/** UpCloud pads the last four groups of it, which is not the canonical spelling. */
const six = "2001:db8:1:2:0030:abff:fe0c:04dd";
const canonical = "2001:db8:1:2:30:abff:fe0c:4dd";
const seed: Seed = {
  servers: [{ uuid: "0053cd80-5945-4105-9081-11192806a8f7", ipAddresses: [{}, { family: "IPv6", address: six }] }],
};
const web = "0053cd80-5945-4105-9081-11192806a8f7";

describe("addresses that an operation asks for", () => {
  let simulator: Simulator;
  let client: UpCloudClient;
  let address: string;
  /** Ends the wait for others, which lasts until then. */
  let timeIsOver: () => void;
  let snapshot: AddressCache;

  async function start(rules: Partial<Rules> = {}) {
    simulator = await startSimulator({ seed, rules });
    const { url: baseUrl, credentials } = simulator;
    client = createClient({ baseUrl, credentials, apiVersion: "1.2", requestTimeoutMs: 10_000 });
    address = String(simulator.account.listIpAddresses(web)[0]?.address);
    const sleep = () => new Promise<void>((resolve) => (timeIsOver = resolve));
    snapshot = new AddressCache(() => client, { now: () => simulator.clock.now(), sleep });
  }
  async function stop() {
    await client.close();
    await simulator.stop();
  }
  beforeEach(() => start());
  afterEach(stop);

  const asked = () => simulator.requests.map(({ method, path }) => `${method} ${path}`);
  const find = () => snapshot.find(address, 60_000);

  test("one alone is asked for by itself, once the time to wait for others is over", async () => {
    const found = find();
    expect(asked()).toEqual([]);
    timeIsOver();
    expect(await found).toMatchObject({ address });
    expect(asked()).toEqual([`GET /1.2/ip_address/${address}`]);
  });

  test("several share a list as soon as the second comes, without waiting for the time to be over", async () => {
    const found = await Promise.all([find(), find(), find()]);
    expect(found.map((one) => one?.address)).toEqual([address, address, address]);
    expect(asked()).toEqual(["GET /1.2/ip_address"]);
  });

  test("a second one that was waiting to be read when the time was over shares the list too", async () => {
    const first = find();
    timeIsOver();
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, find()]);
    expect(asked()).toEqual(["GET /1.2/ip_address"]);
  });

  describe("of IPv6", () => {
    const look = async (text: string) => {
      const found = snapshot.find(text, 60_000);
      timeIsOver();
      return (await found)?.address;
    };

    test("in UpCloud's spelling are asked for by themselves", async () => {
      expect(await look(six)).toBe(six);
      expect(asked()).toEqual([`GET /1.2/ip_address/${six}`]);
    });

    test("in another spelling are looked up in the list by value", async () => {
      expect(await look(canonical)).toBe(six);
      expect(asked()).toEqual(["GET /1.2/ip_address"]);
    });

    test("in another spelling have UpCloud's in URLs from then on, also when they were changed", async () => {
      expect(await look(canonical)).toBe(six);
      await snapshot.invalidate(canonical);
      expect([await snapshot.spellingInUrls(canonical), await look(canonical)]).toEqual([six, six]);
      expect(asked()).toEqual(["GET /1.2/ip_address", `GET /1.2/ip_address/${six}`]);
    });

    test("in another spelling, when a list that others have made is too old to have them, are looked up anew", async () => {
      await snapshot.initialList();
      simulator.clock.advance(30_000);
      const { address: later } = simulator.account.assignIpAddress({ server: web, family: "IPv6" });
      expect(await snapshot.find(later.toUpperCase(), 60_000)).toMatchObject({ address: later });
      expect(asked()).toEqual(["GET /1.2/ip_address", "GET /1.2/ip_address"]);
    });

    test("that the operation itself has assigned need no list", async () => {
      snapshot.recordSpelling(six);
      expect(await look(canonical)).toBe(six);
      expect(asked()).toEqual([`GET /1.2/ip_address/${six}`]);
    });

    test("in another spelling are asked for as they are given by a user who may not see the list", async () => {
      await stop();
      await start({ addressSpelling: "any" });
      simulator.faults.add({ kind: "error", status: 403, errorCode: "ACTION_FORBIDDEN", path: "/ip_address" });
      expect(await look(canonical)).toBe(six);
      expect(asked()).toEqual(["GET /1.2/ip_address", `GET /1.2/ip_address/${canonical}`]);
      expect(await snapshot.spellingInUrls(canonical)).toBe(six);
    });

    test("that UpCloud does not list keep their spelling", async () => {
      simulator.account.releaseIpAddress(six);
      const spelled = snapshot.spellingInUrls(canonical);
      timeIsOver();
      expect(await spelled).toBe(canonical);
    });
  });

  test("one by one, the second look is a list and the third needs no request", async () => {
    const first = find();
    timeIsOver();
    await first;
    await find();
    await find();
    expect(asked()).toEqual([`GET /1.2/ip_address/${address}`, "GET /1.2/ip_address"]);
  });
});

test("an address whose entry in the list is malformed is asked for alone, and what is wrong there is told", async () => {
  const sound = { access: "public", address: "198.51.100.7", family: "IPv4", ptr_record: "", server: web };
  const broken = { ...sound, address: "198.51.100.8", ptr_record: 7 };
  const server = await startTestServer((response, received) => {
    const alone = { ip_address: broken };
    const listed = { ip_addresses: { ip_address: [sound, broken] } };
    json(200, received.path.endsWith("/ip_address") ? listed : alone)(response, received);
  });
  const credentials = { token: "ucat_demo" };
  const sleep = async () => undefined;
  const options = { baseUrl: server.url, credentials, apiVersion: "1.2", requestTimeoutMs: 10_000, sleep } as const;
  const client = createClient(options);
  const snapshot = new AddressCache(() => client, { now: () => 0, sleep: () => new Promise(() => undefined) });
  try {
    const looks = [sound, broken].map(({ address }) => snapshot.find(address, 60_000));
    const [found, failed] = await Promise.allSettled(looks);
    expect(found).toMatchObject({ status: "fulfilled", value: sound });
    expect(failed).toMatchObject({
      status: "rejected",
      reason: { message: expect.stringContaining("expected ip_address.ptr_record to be a string, got 7") },
    });
  } finally {
    await client.close();
    await server.close();
  }
});
