import { createClient, type UpCloudClient } from "../../src/api/client";
import { AccountSnapshot } from "../../src/provider/accountSnapshot";
import { type Simulator, startSimulator } from "../../src/simulator";

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
