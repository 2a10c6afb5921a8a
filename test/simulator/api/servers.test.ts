import { basic, send, startTestSimulator } from "../support/api";
import { addresses, testSeed, uuids } from "../support/testSeed";

const internal = { "1.2": "private", "1.3": "utility" } as const;

describe.each(["1.2", "1.3"] as const)("API %s", (version) => {
  const path = (rest: string) => `/${version}${rest}`;

  test("the list of servers has no addresses, and the details have the properties that clients of this version read", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const list = (await send(simulator, "GET", path("/server"))).body.servers.server;
    expect(list).toHaveLength(7);
    expect(list[0]).toMatchObject({ uuid: uuids.running, title: "running", state: "started", zone: "fi-hel1" });
    expect(list[0]).not.toHaveProperty("ip_addresses");
    const { server } = (await send(simulator, "GET", path(`/server/${uuids.running.toUpperCase()}`))).body;
    expect(server.ip_addresses.ip_address).toEqual([
      { access: "public", address: addresses.running, family: "IPv4", part_of_plan: "yes" },
      { access: internal[version], address: addresses.runningPrivate, family: "IPv4" },
    ]);
    expect([typeof server.host, typeof server.core_number, typeof server.license]).toEqual([
      "number",
      "string",
      "number",
    ]);
    expect(Object.hasOwn(server, "vnc_password")).toBe(version === "1.2");
    expect(Object.hasOwn(server, "networking")).toBe(version === "1.3");
    expect((await send(simulator, "GET", path(`/server/${uuids.off}`))).body.server).not.toHaveProperty("host");
  });

  test("deleting a stopped server deletes its addresses", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const { status, text } = await send(simulator, "DELETE", path(`/server/${uuids.off}?storages=1`));
    expect([status, text]).toEqual([204, ""]);
    expect((await send(simulator, "GET", path(`/server/${uuids.off}`))).status).toBe(404);
    expect((await send(simulator, "GET", path(`/ip_address/${addresses.off}`))).status).toBe(404);
  });

  test.each([basic("demo", "demo"), "Bearer ucat_demo", "bearer ucat_demo"])(
    "the account has the username of the credentials %s",
    async (Authorization) => {
      const simulator = await startTestSimulator();
      const { status, body } = await send(simulator, "GET", path("/account"), undefined, { Authorization });
      expect([status, body.account.username, body.account.credits]).toEqual([200, "demo", 1000]);
    },
  );

  test("a full version number in the path selects the same version", async () => {
    const simulator = await startTestSimulator();
    const [short, long] = [
      await send(simulator, "GET", path("/ip_address")),
      await send(simulator, "GET", path(".4/ip_address")),
    ];
    expect(long.text).toBe(short.text);
  });
});
