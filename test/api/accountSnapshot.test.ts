import { createClient, type UpCloudClient } from "../../src/api/client";
import { AccountSnapshot } from "../../src/provider/accountSnapshot";
import { type Simulator, startSimulator } from "../../src/simulator";
import { answering, json } from "../support/answers";

const web = "0053cd80-5945-4105-9081-11192806a8f7";

describe("addresses that an operation asks for", () => {
  let simulator: Simulator;
  let client: UpCloudClient;
  let address: string;
  /** Ends the wait for others, which lasts until then. */
  let timeIsOver: () => void;
  let snapshot: AccountSnapshot;

  beforeEach(async () => {
    simulator = await startSimulator();
    const { url: baseUrl, credentials } = simulator;
    client = createClient({ baseUrl, credentials, apiVersion: "1.2", requestTimeoutMs: 10_000 });
    address = String(simulator.account.listIpAddresses(web)[0]?.address);
    const sleep = () => new Promise<void>((resolve) => (timeIsOver = resolve));
    snapshot = new AccountSnapshot(() => client, { now: () => simulator.clock.now(), sleep });
  });
  afterEach(async () => {
    await client.close();
    await simulator.stop();
  });

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
  const server = await answering((response, received) => {
    const alone = { ip_address: broken };
    const listed = { ip_addresses: { ip_address: [sound, broken] } };
    json(200, received.path.endsWith("/ip_address") ? listed : alone)(response, received);
  });
  const credentials = { token: "ucat_demo" };
  const sleep = async () => undefined;
  const options = { baseUrl: server.url, credentials, apiVersion: "1.2", requestTimeoutMs: 10_000, sleep } as const;
  const client = createClient(options);
  const snapshot = new AccountSnapshot(() => client, { now: () => 0, sleep: () => new Promise(() => undefined) });
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
