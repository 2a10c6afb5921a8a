import { setTimeout as wait } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { getIpAddress, getIpAddresses, getIpAddressesOutput, getIpAddressOutput } from "../../src";
import { settingsOfProvider } from "../../src/model/configuration/keys";
import { startSimulator } from "../../src/simulator";
import { mail, web } from "../support/demoServers";
import { json, startTestServer } from "../support/network/testServer";
import { configure, endRig, LookUpRig, valueIn } from "./support/lookUpRig";

afterEach(endRig);

describe("requests", () => {
  test("are shared: 200 look-ups of both kinds send one", async () => {
    const rig = await LookUpRig.start();
    const address = rig.planAddress();
    await Promise.all(
      Array.from({ length: 100 }, () => [getIpAddress({ address }), getIpAddresses({ server: mail })]).flat(),
    );
    await getIpAddress({ address });
    expect(rig.requests()).toEqual(["GET /1.2/ip_address"]);
  });

  test("are sent again for an address that is not in the cached list", async () => {
    const rig = await LookUpRig.start();
    await getIpAddresses();
    const { address } = rig.account.assignIpAddress({ server: web });
    await Promise.all([getIpAddress({ address }), getIpAddress({ address })]);
    expect(rig.requests()).toHaveLength(2);
  });

  test("of the Output forms see what was created after the first look-up, and are shared where possible", async () => {
    const rig = await LookUpRig.start();
    await getIpAddresses({ server: web });
    const { address } = rig.account.assignIpAddress({ server: web });
    const found = await Promise.all(
      Array.from({ length: 20 }, () => valueIn(getIpAddressesOutput({ server: pulumi.output(web) }))),
    );
    expect(found.map((list) => list.map((one) => one.address))).toEqual(
      found.map(() => expect.arrayContaining([address])),
    );
    expect(rig.requests()).toHaveLength(2);
    await valueIn(getIpAddressOutput({ address }));
    expect(rig.requests()).toHaveLength(2);
  });

  test("are not shared between configurations", async () => {
    const rig = await LookUpRig.start();
    await getIpAddresses();
    configure(rig.simulator.url, { "upcloud:apiVersion": "1.3" });
    await getIpAddresses();
    expect(rig.requests()).toEqual(["GET /1.2/ip_address", "GET /1.3/ip_address"]);
  });

  test("leave no connection open", async () => {
    const server = await startTestServer(json(200, { ip_addresses: { ip_address: [] } }));
    configure(server.url);
    expect(await getIpAddresses()).toEqual([]);
    // An idle connection would stay for seconds.
    for (let turns = 0; turns < 100 && server.openConnections() > 0; turns++) await wait(10);
    expect(server.openConnections()).toBe(0);
    await server.close();
  });

  test("that fail are sent again by the next look-up", async () => {
    const rig = await LookUpRig.start();
    rig.simulator.faults.add({ kind: "error", status: 403, errorCode: "FORBIDDEN" });
    await expect(getIpAddresses()).rejects.toThrow("403 FORBIDDEN");
    expect(await getIpAddresses()).toHaveLength(5);
  });
});

test("a look-up with a provider asks the account of that provider", async () => {
  const rig = await LookUpRig.start();
  const second = await startSimulator({ seed: { servers: [{ uuid: web, ipAddresses: [{}, {}] }] } });
  const settings = pulumi.output({ "upcloud:token": pulumi.secret("ucat_demo"), "upcloud:apiBaseUrl": second.url });
  const provider = { [settingsOfProvider]: settings } as unknown as pulumi.ProviderResource;
  const parent = { getProvider: () => provider } as unknown as pulumi.Resource;
  expect(await getIpAddresses({}, { provider })).toHaveLength(second.account.listIpAddresses().length);
  expect(await valueIn(getIpAddressesOutput({}, { parent }))).toHaveLength(second.account.listIpAddresses().length);
  expect([rig.requests(), second.requests.length]).toEqual([[], 1]);
  await second.stop();
});

test("an unknown input in a preview gives an unknown result, without a request", async () => {
  const rig = await LookUpRig.start();
  const unknownInput = new (pulumi.output(1).constructor as new (...args: unknown[]) => pulumi.Output<string>)(
    new Set(),
    Promise.resolve(undefined),
    Promise.resolve(false),
    Promise.resolve(false),
  );
  const results = [getIpAddressOutput({ address: unknownInput }), getIpAddressesOutput({ server: unknownInput })];
  for (const result of results) {
    expect(await (result as unknown as { isKnown: Promise<boolean> }).isKnown).toBe(false);
  }
  expect(rig.requests()).toEqual([]);
});
