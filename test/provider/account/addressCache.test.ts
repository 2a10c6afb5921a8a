import { createClient, type UpCloudClient } from "../../../src/api/client";
import { AddressCache } from "../../../src/provider/account/addressCache";
import { type Rules, type Seed, type Simulator, startSimulator } from "../../../src/simulator";
import { web } from "../../support/demoServers";
import { requireFaultsMet } from "../../support/faults";
import { json, startTestServer } from "../../support/network/testServer";

/** UpCloud pads the last four groups of it, which is not the canonical spelling. */
const six = "2001:db8:1:2:0030:abff:fe0c:04dd";
const canonical = "2001:db8:1:2:30:abff:fe0c:4dd";
const seed: Seed = {
  servers: [{ uuid: web, ipAddresses: [{}, { family: "IPv6", address: six }] }],
};

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
    requireFaultsMet(simulator);
  }
  beforeEach(() => start());
  afterEach(stop);

  const asked = () => simulator.requests.map(({ method, path }) => `${method} ${path}`);
  const find = () => snapshot.find(address, 60_000);

  test("a single address is requested alone when the batch window has ended", async () => {
    const found = find();
    expect(asked()).toEqual([]);
    timeIsOver();
    expect(await found).toMatchObject({ address });
    expect(asked()).toEqual([`GET /1.2/ip_address/${address}`]);
  });

  test("several addresses share a list as soon as the second is asked for, before the batch window ends", async () => {
    const found = await Promise.all([find(), find(), find()]);
    expect(found.map((one) => one?.address)).toEqual([address, address, address]);
    expect(asked()).toEqual(["GET /1.2/ip_address"]);
  });

  test("a second address that is asked for just as the batch window ends shares the list too", async () => {
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

    test("in UpCloud's spelling are requested directly", async () => {
      expect(await look(six)).toBe(six);
      expect(asked()).toEqual([`GET /1.2/ip_address/${six}`]);
    });

    test("in another spelling are looked up in the list by value", async () => {
      expect(await look(canonical)).toBe(six);
      expect(asked()).toEqual(["GET /1.2/ip_address"]);
    });

    test("in another spelling have UpCloud's in later URLs, also after a change", async () => {
      expect(await look(canonical)).toBe(six);
      await snapshot.invalidate(canonical);
      expect([await snapshot.spellingInUrls(canonical), await look(canonical)]).toEqual([six, six]);
      expect(asked()).toEqual(["GET /1.2/ip_address", `GET /1.2/ip_address/${six}`]);
    });

    test("in another spelling are looked up again when the shared list is older than they are", async () => {
      await snapshot.initialList();
      simulator.clock.advance(30_000);
      const { address: later } = simulator.account.assignIpAddress({ server: web, family: "IPv6" });
      expect(await snapshot.find(later.toUpperCase(), 60_000)).toMatchObject({ address: later });
      expect(asked()).toEqual(["GET /1.2/ip_address", "GET /1.2/ip_address"]);
    });

    test("assigned by the operation itself need no list", async () => {
      snapshot.recordSpelling(six);
      expect(await look(canonical)).toBe(six);
      expect(asked()).toEqual([`GET /1.2/ip_address/${six}`]);
    });

    test("in another spelling are requested as given when the user has no right to list", async () => {
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

test("an address whose entry in the list is malformed is requested alone, and the error says what is wrong", async () => {
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
