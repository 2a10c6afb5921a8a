import { setTimeout as wait } from "node:timers/promises";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import {
  type GetIpAddressResult,
  getIpAddress,
  getIpAddresses,
  getIpAddressesOutput,
  getIpAddressOutput,
} from "../../src";
import { settingsOfProvider } from "../../src/model/configuration/keys";
import { type Address, type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator";
import { json, startTestServer } from "../support/testServer";

const mail = "009d64ef-31d1-4684-a26b-c86c955cbf46";
const web = "0053cd80-5945-4105-9081-11192806a8f7";

let simulator: Simulator;

/** The stack's configuration, as Pulumi gives it to a program. */
const configure = (url: string, more: Record<string, string> = {}) =>
  pulumi.runtime.setAllConfig({ "upcloud:apiBaseUrl": url, "upcloud:token": "ucat_demo", ...more });

async function start(options: SimulatorOptions = {}, config: Record<string, string> = {}) {
  simulator = await startSimulator(options);
  configure(simulator.url, config);
}
afterEach(async () => {
  pulumi.runtime.setAllConfig({});
  await simulator?.stop();
});

const valueIn = <T>(output: pulumi.Output<T>) =>
  new Promise<T>((resolve, reject) => {
    // The value of an Output is the program's business; a failure has no other way out.
    const { promise } = output as unknown as { promise(): Promise<T> };
    promise().then(resolve, reject);
  });
const lists = () => simulator.requests.map(({ method, path }) => `${method} ${path}`);
const planAddress = () =>
  simulator.account.listIpAddresses(mail).find(({ partOfPlan }) => partOfPlan)?.address as string;
const withPaddedGroups = (address: string) =>
  address
    .split(":")
    .map((group) => group.padStart(4, "0"))
    .join(":");

describe("a malformed entry of the list", () => {
  const sound = { access: "public", address: "198.51.100.7", family: "IPv4", ptr_record: "", server: web };
  const broken = { ...sound, address: "198.51.100.8", ptr_record: 7, server: mail };
  const serve = async () => {
    const server = await startTestServer(
      json(200, { ip_addresses: { ip_address: [sound, broken, { ...sound, address: 5 }] } }),
    );
    configure(server.url);
    return server;
  };

  test("does not affect a look-up that does not need it", async () => {
    const server = await serve();
    expect(await getIpAddress({ address: sound.address })).toMatchObject({ address: sound.address });
    expect(await getIpAddresses({ server: web })).toMatchObject([{ address: sound.address }]);
    await server.close();
  });

  test.each([
    ["getIpAddress", () => getIpAddress({ address: broken.address })],
    ["getIpAddresses", () => getIpAddresses({ server: mail })],
  ])("makes %s fail if it needs the entry, with the field and its value", async (name, lookUp) => {
    const server = await serve();
    await expect(lookUp()).rejects.toThrow(
      `${name}: UpCloud's list of addresses is not as documented for 198.51.100.8: expected ip_address.ptr_record to be a string, got 7. If it persists`,
    );
    await server.close();
  });
});

test("a look-up with a provider asks the account of that provider", async () => {
  await start();
  const second = await startSimulator({ seed: { servers: [{ uuid: web, ipAddresses: [{}, {}] }] } });
  const settings = pulumi.output({ "upcloud:token": pulumi.secret("ucat_demo"), "upcloud:apiBaseUrl": second.url });
  const provider = { [settingsOfProvider]: settings } as unknown as pulumi.ProviderResource;
  const parent = { getProvider: () => provider } as unknown as pulumi.Resource;
  expect(await getIpAddresses({}, { provider })).toHaveLength(second.account.listIpAddresses().length);
  expect(await valueIn(getIpAddressesOutput({}, { parent }))).toHaveLength(second.account.listIpAddresses().length);
  expect([lists(), second.requests.length]).toEqual([[], 1]);
  await second.stop();
});

test("a look-up whose provider is not known yet says what to use instead", async () => {
  const settings = { isKnown: Promise.resolve(false), apply: () => settings };
  const unsecret = jest.spyOn(pulumi, "unsecret").mockReturnValue(settings as never);
  const provider = { [settingsOfProvider]: settings } as unknown as pulumi.ProviderResource;
  await expect(getIpAddresses({}, { provider })).rejects.toThrow("use getIpAddressesOutput instead");
  unsecret.mockRestore();
});

describe("an address", () => {
  test.each([
    ["1.2", { access: "public", floating: false, partOfPlan: true }],
    ["1.3", { access: "public", floating: false, partOfPlan: true, zone: "fi-hel1", mac: expect.any(String) }],
  ])("has all properties of API %s, and none that does not apply", async (version, more) => {
    await start({}, { "upcloud:apiVersion": version });
    const address = planAddress();
    const ptrRecord = `${address.replaceAll(".", "-")}.fi-hel1.upcloud.host`;
    const found = await getIpAddress({ address });
    expect(found).toEqual({ address, family: "IPv4", server: mail, ptrRecord, defaultPtrRecord: ptrRecord, ...more });
  });

  test("of IPv6 is found by every spelling", async () => {
    const address = "2001:db8:1:0:30:abff:fe0c:04dd";
    const server = { uuid: web, title: "web", ipAddresses: [{ family: "IPv6" as const, address }] };
    await start({ seed: { servers: [server] } });
    const [served] = simulator.account.listIpAddresses();
    const spellings = [
      "2001:db8:1::30:abff:fe0c:4dd",
      withPaddedGroups(address),
      address.toUpperCase(),
      served?.address as string,
    ];
    const found = await Promise.all(spellings.map((spelling) => getIpAddress({ address: spelling })));
    expect(found.map((one) => one.address)).toEqual(spellings.map(() => served?.address));
    expect(lists()).toEqual(["GET /1.2/ip_address"]);
  });

  test("that is floating and not attached has no server", async () => {
    const floating = {
      family: "IPv4" as const,
      zone: "fi-hel1",
      address: "192.0.2.77",
      ptrRecord: "float.example.com",
    };
    const seed = { servers: [{ uuid: mail, title: "mail" }], floatingIpAddresses: [floating] };
    await start({ seed }, { "upcloud:apiVersion": "1.3" });
    expect(await getIpAddress({ address: floating.address })).toEqual({
      ...floating,
      access: "public",
      floating: true,
      partOfPlan: false,
      defaultPtrRecord: "192-0-2-77.fi-hel1.upcloud.host",
    });
  });

  test("with its own record has no default name with API 1.2", async () => {
    await start();
    simulator.account.modifyIpAddress(planAddress(), { ptrRecord: "mail.example.com" });
    expect(await getIpAddress({ address: planAddress() })).not.toHaveProperty("defaultPtrRecord");
  });
});

describe("the matching addresses", () => {
  const found = async (filter?: object) => (await getIpAddresses(filter as never)).map(({ address }) => address);
  const all = (fits: (one: Address) => boolean) =>
    simulator.account
      .listIpAddresses()
      .filter(fits)
      .map(({ address }) => address);

  test("are all addresses of the account without a filter", async () => {
    await start();
    expect((await found()).sort()).toEqual(all(() => true).sort());
    expect(await found({ server: undefined, family: null })).toHaveLength(5);
  });

  test("are filtered by server, family, record, or all of them", async () => {
    await start();
    simulator.account.modifyIpAddress(planAddress(), { ptrRecord: "mail.example.com" });
    expect(await found({ server: mail.toUpperCase() })).toEqual(all(({ server }) => server === mail));
    expect(await found({ family: "IPv6" })).toEqual(all(({ family }) => family === "IPv6"));
    expect(await found({ ptrRecord: "MAIL.example.com." })).toEqual([planAddress()]);
    expect(await found({ server: mail, family: "IPv4", access: "public", ptrRecord: "mail.example.com" })).toEqual([
      planAddress(),
    ]);
    expect(await found({ server: web, ptrRecord: "mail.example.com" })).toEqual([]);
  });

  test.each(["1.2", "1.3"])("are those of the internal network for both of its names, with API %s", async (version) => {
    await start({}, { "upcloud:apiVersion": version });
    const inner = all(({ access }) => access === "private");
    expect([await found({ access: "private" }), await found({ access: "utility" })]).toEqual([inner, inner]);
    const [one] = await getIpAddresses({ access: "private" });
    expect(one?.access).toBe(version === "1.2" ? "private" : "utility");
  });
});

describe("requests", () => {
  test("are shared: 200 look-ups of both kinds send one", async () => {
    await start();
    const address = planAddress();
    await Promise.all(
      Array.from({ length: 100 }, () => [getIpAddress({ address }), getIpAddresses({ server: mail })]).flat(),
    );
    await getIpAddress({ address });
    expect(lists()).toEqual(["GET /1.2/ip_address"]);
  });

  test("are sent again for an address that is not in the cached list", async () => {
    await start();
    await getIpAddresses();
    const { address } = simulator.account.assignIpAddress({ server: web });
    await Promise.all([getIpAddress({ address }), getIpAddress({ address })]);
    expect(lists()).toHaveLength(2);
  });

  test("of the Output forms see what was created after the first look-up, and are shared where possible", async () => {
    await start();
    await getIpAddresses({ server: web });
    const { address } = simulator.account.assignIpAddress({ server: web });
    const found = await Promise.all(
      Array.from({ length: 20 }, () => valueIn(getIpAddressesOutput({ server: pulumi.output(web) }))),
    );
    expect(found.map((list) => list.map((one) => one.address))).toEqual(
      found.map(() => expect.arrayContaining([address])),
    );
    expect(lists()).toHaveLength(2);
    await valueIn(getIpAddressOutput({ address }));
    expect(lists()).toHaveLength(2);
  });

  test("are not shared between configurations", async () => {
    await start();
    await getIpAddresses();
    configure(simulator.url, { "upcloud:apiVersion": "1.3" });
    await getIpAddresses();
    expect(lists()).toEqual(["GET /1.2/ip_address", "GET /1.3/ip_address"]);
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
    await start();
    simulator.faults.add({ kind: "error", status: 403, errorCode: "FORBIDDEN" });
    await expect(getIpAddresses()).rejects.toThrow("403 FORBIDDEN");
    expect(await getIpAddresses()).toHaveLength(5);
  });
});

describe("a failed look-up says what was expected, what it got and what to do", () => {
  const failure = (lookUp: () => Promise<unknown>) => lookUp().catch((error: Error) => error) as Promise<Error>;
  const name = "a fully qualified domain name such as mail.example.com";

  test.each<[string, () => Promise<unknown>, string]>([
    [
      "no address",
      () => getIpAddress({} as never),
      "getIpAddress: address: expected an IP address of the account, such as 198.51.100.7, got nothing: set `address`",
    ],
    [
      "an address that is none",
      () => getIpAddress({ address: "mail" }),
      'getIpAddress: address: expected an IP address of the account, such as 198.51.100.7, got "mail"',
    ],
    [
      "filters that cannot fit",
      () => getIpAddresses({ family: "ipv4", access: "internal", ptrRecord: "mail" } as never),
      `getIpAddresses: family: expected "IPv4" or "IPv6", got "ipv4"; access: expected "public" or "private" or "utility", got "internal"; ptrRecord: expected ${name}, got "mail": add the domain`,
    ],
    [
      "a server that is none",
      () => getIpAddresses({ server: "web" }),
      `getIpAddresses: server: expected the UUID of a server, such as ${mail}, got "web": copy it from UpCloud's control panel or from \`upctl server list\``,
    ],
    [
      "a filter that there is not",
      () => getIpAddresses({ servers: [mail] } as never),
      'getIpAddresses: servers: expected one of server, family, access, ptrRecord, got the property "servers": did you mean server?',
    ],
  ])("%s", async (_, lookUp, message) => {
    await start();
    expect((await failure(lookUp)).message).toBe(message);
    expect(lists()).toEqual([]);
  });

  test("an address that is not in the account", async () => {
    await start();
    const { message } = await failure(() => getIpAddress({ address: "203.0.113.250" }));
    expect(message).toMatch(
      /^getIpAddress: there is no address 203\.0\.113\.250 in the UpCloud account: correct `address`\./,
    );
  });

  test("no credentials", async () => {
    pulumi.runtime.setAllConfig({});
    const { message } = await failure(() => getIpAddresses());
    expect(message).toMatch(/^getIpAddresses: Expected credentials for UpCloud, got none: run/);
  });

  test("Pulumi shows it without a stack trace, and does not inspect what is attached to it", async () => {
    await start();
    const error = await failure(() => getIpAddress({ address: "203.0.113.250" }));
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect(inspect(Object.assign(error, { promise: { whole: "runtime" } }))).not.toContain("runtime");
  });
});

test("an unknown input in a preview gives an unknown result, without a request", async () => {
  await start();
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
  expect(lists()).toEqual([]);
});

test("results are plain data of the declared types", async () => {
  await start();
  const { address } = await getIpAddress({ address: planAddress() });
  const output: pulumi.Output<GetIpAddressResult> = getIpAddressOutput({ address });
  expect(await valueIn(output)).toEqual(JSON.parse(JSON.stringify(await getIpAddress({ address }))));
});
