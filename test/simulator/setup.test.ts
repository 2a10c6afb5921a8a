import type { SimulatorOptions } from "../../src/simulator";
import { send, startTestSimulator } from "./support/api";
import { addresses, testSeed, uuids } from "./support/testSeed";

const uuid = uuids.off;
const server = (more: object) => ({ seed: { servers: [{ uuid, ...more }] } });
const address = (more: object) => server({ ipAddresses: [more] });

describe("startSimulator rejects", () => {
  const rows: [string, object, string][] = [
    [
      "an unknown option",
      { ports: 1 },
      `The options object has the unknown property "ports": expected one of port, seed,`,
    ],
    ["an invalid port", { port: 70_000 }, "The option port is 70000: expected a whole number from 0 to 65535."],
    ["an unknown clock", { clock: "sun" }, `The option clock is "sun": expected one of "virtual", "real".`],
    [
      "an unknown rule",
      { rules: { adressLimit: 3 } },
      `rules has the unknown property "adressLimit": expected one of addressLimit,`,
    ],
    [
      "a rule of the wrong type",
      { rules: { addressLimit: "5" } },
      `rules.addressLimit is "5": expected a whole number from 1 to 100.`,
    ],
    [
      "rules that contradict each other",
      { rules: { restartMs: 1 } },
      "rules.restartMs is 1: expected at least restartMaintenanceMs.",
    ],
    ["a seed that is not an object", { seed: [] }, "The seed is []: expected an object."],
    [
      "an unknown property",
      { seed: { server: [] } },
      `The seed has the unknown property "server": expected one of credentials,`,
    ],
    ["servers that are not an array", { seed: { servers: {} } }, "servers is {}: expected an array."],
    [
      "credentials of the other account that are not strings",
      { seed: { otherAccount: { credentials: { token: 7 } } } },
      "otherAccount.credentials.token is 7: expected a non-empty string.",
    ],
    ["zones that are not an object", { seed: { zones: ["fi-hel1"] } }, 'zones is ["fi-hel1"]: expected an object.'],
    ["credits that are not a number", { seed: { credits: "many" } }, 'credits is "many": expected a number.'],
    ["a flag that is not a boolean", server({ acpi: "yes" }), 'servers[0].acpi is "yes": expected true or false.'],
    [
      "an address twice",
      server({ ipAddresses: [{ address: "198.51.100.7" }, { address: "198.51.100.7" }] }),
      "servers[0].ipAddresses[1].address is 198.51.100.7: the seed already contains it.",
    ],
    [
      "an address of the other family",
      address({ address: "2001:db8::7" }),
      'servers[0].ipAddresses[0].address is "2001:db8::7": expected an IPv4 address in ',
    ],
    [
      "an invalid MAC address",
      address({ mac: "mail" }),
      'servers[0].ipAddresses[0].mac is "mail": expected a MAC address that no other interface has.',
    ],
    [
      "a MAC address that is not a string",
      address({ mac: 7 }),
      "servers[0].ipAddresses[0].mac is 7: expected a MAC address that no other interface has.",
    ],
    [
      "a PTR record that is not a string",
      address({ ptrRecord: 7 }),
      "servers[0].ipAddresses[0].ptrRecord is 7: expected a fully qualified domain name, on a public address.",
    ],
    ["a server without UUID", { seed: { servers: [{}] } }, "servers[0].uuid is missing: expected a non-empty string."],
    [
      "an invalid UUID",
      { seed: { servers: [{ uuid: "mail" }] } },
      `servers[0].uuid is "mail": expected a UUID such as`,
    ],
    [
      "a UUID twice",
      { seed: { servers: [{ uuid }, { uuid: uuid.toUpperCase() }] } },
      `servers[1].uuid is ${uuid}: another server already has it.`,
    ],
    [
      "an invalid zone",
      server({ zone: "Helsinki" }),
      `servers[0].zone is "Helsinki": expected a zone such as fi-hel1.`,
    ],
    ["an unknown state", server({ state: "on" }), `servers[0].state is "on": expected one of "started",`],
    [
      "an unknown family",
      address({ family: "IPv5" }),
      `servers[0].ipAddresses[0].family is "IPv5": expected one of "IPv4", "IPv6".`,
    ],
    [
      "internal IPv6",
      address({ family: "IPv6", access: "private" }),
      `servers[0].ipAddresses[0].family is "IPv6": expected IPv4 on the internal network.`,
    ],
    [
      "an address that is not reserved",
      address({ address: "8.8.8.8" }),
      `servers[0].ipAddresses[0].address is "8.8.8.8": expected an IPv4 address in 192.0.2.0/24,`,
    ],
    [
      "an address twice",
      server({ ipAddresses: [{ address: "203.0.113.1" }, { address: "203.0.113.1" }] }),
      "servers[0].ipAddresses[1].address is 203.0.113.1: the seed already contains it.",
    ],
    [
      "a PTR record on an internal address",
      address({ access: "private", ptrRecord: "a.example.com" }),
      "expected a fully qualified domain name, on a public address.",
    ],
    [
      "two internal addresses",
      server({ ipAddresses: [{ access: "private" }, { access: "utility" }] }),
      "servers[0].ipAddresses[1] is one too many: expected at most 1 private",
    ],
    [
      "six of a family",
      server({ ipAddresses: [{}, {}, {}, {}, {}, {}] }),
      "servers[0].ipAddresses[5] is one too many: expected at most 5 public",
    ],
    [
      "a wrong zone limit",
      { seed: { zones: { "fi-hel1": { freeIPv4: -1 } } } },
      "zones.fi-hel1.freeIPv4 is -1: expected a whole number",
    ],
  ];
  test.each(rows)("%s", async (_, options, message) => {
    await expect(startTestSimulator(options as SimulatorOptions)).rejects.toThrow(message);
  });

  test("a port that is in use", async () => {
    const { port } = await startTestSimulator();
    await expect(startTestSimulator({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

test("the demo account is the documented one", async () => {
  const simulator = await startTestSimulator();
  expect(simulator.credentials).toEqual({ username: "demo", password: "demo", token: "ucat_demo" });
  const shown = simulator.account.listServers().map(({ uuid, title, zone, state }) => ({
    ...{ uuid, title, zone, state },
    addresses: simulator.account.listIpAddresses(uuid).map((one) => [one.access, one.family, one.partOfPlan]),
  }));
  expect(shown).toEqual([
    {
      ...{ uuid: "009d64ef-31d1-4684-a26b-c86c955cbf46", title: "mail", zone: "fi-hel1", state: "started" },
      addresses: [
        ["public", "IPv4", true],
        ["private", "IPv4", false],
        ["public", "IPv6", false],
      ],
    },
    {
      ...{ uuid: "0053cd80-5945-4105-9081-11192806a8f7", title: "web", zone: "de-fra1", state: "stopped" },
      addresses: [
        ["public", "IPv4", true],
        ["private", "IPv4", false],
      ],
    },
  ]);
});

test("the simulator listens on 127.0.0.1 only, and can be stopped twice, also while a request waits", async () => {
  const simulator = await startTestSimulator({ latencyMs: 60_000 });
  expect(simulator.url).toBe(`http://127.0.0.1:${simulator.port}`);
  const waiting = send(simulator, "GET", "/1.2/ip_address").catch(() => "closed");
  await new Promise((resolve) => setTimeout(resolve, 30));
  await expect(fetch(`http://127.0.0.2:${simulator.port}`)).rejects.toThrow();
  await Promise.all([simulator.stop(), simulator.stop()]);
  expect(await waiting).toBe("closed");
  await expect(fetch(simulator.url)).rejects.toThrow();
});

test("the latency passes before a request takes effect", async () => {
  const simulator = await startTestSimulator({ seed: testSeed, latencyMs: 60 });
  const begun = performance.now();
  await send(simulator, "DELETE", `/1.2/ip_address/${addresses.off}`);
  expect(performance.now() - begun).toBeGreaterThan(55);
});

test("a request that is in flight when the simulator stops has no effect", async () => {
  const simulator = await startTestSimulator({ seed: testSeed, latencyMs: 100 });
  const waiting = send(simulator, "DELETE", `/1.2/ip_address/${addresses.off}`).catch(() => "closed");
  await new Promise((resolve) => setTimeout(resolve, 30));
  await simulator.stop();
  expect(await waiting).toBe("closed");
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(simulator.account.getIpAddress(addresses.off)).toBeDefined();
});
