import { accountSnapshot, basic, send, startTestSimulator } from "../support/api";
import { addresses, macs, testSeed, uuids } from "../support/testSeed";

const versions = ["1.2", "1.3"] as const;
const internal = { "1.2": "private", "1.3": "utility" } as const;

describe.each(versions)("API %s", (version) => {
  const path = (rest: string) => `/${version}${rest}`;

  test("the list has the account's addresses only, in the version's terms", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const { status, body } = await send(simulator, "GET", path("/ip_address"));
    const all: { address: string; access: string }[] = body.ip_addresses.ip_address;
    expect(status).toBe(200);
    expect(all.map(({ address }) => address)).not.toContain(addresses.theirs);
    expect(all.find(({ address }) => address === addresses.offPrivate)?.access).toBe(internal[version]);
    expect(all.some(({ address }) => address === addresses.floating)).toBe(version === "1.3");
    expect(body).not.toHaveProperty("error");
  });

  test("the details have the version's properties, each a string, and none that does not apply", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const details = async (address: string) => (await send(simulator, "GET", path(`/ip_address/${address}`))).body;
    const newer = (mac: string) => (version === "1.3" ? { mac, zone: "fi-hel1" } : {});
    expect(await details(addresses.running)).toEqual({
      ip_address: {
        access: "public",
        address: addresses.running,
        family: "IPv4",
        part_of_plan: "yes",
        ptr_record: "203-0-113-11.fi-hel1.upcloud.host",
        server: uuids.running,
        ...newer(macs.running),
      },
    });
    expect(await details(addresses.runningPrivate)).toEqual({
      ip_address: {
        access: internal[version],
        address: addresses.runningPrivate,
        family: "IPv4",
        ptr_record: "",
        server: uuids.running,
        ...newer(macs.runningPrivate),
      },
    });
  });

  const spelled = "2001:db8:77:0:d845:c4ff:fe5c:0022";
  const spelledOtherwise = ["2001:db8:77:0:d845:c4ff:fe5c:22", "2001:DB8:77:0:D845:C4FF:FE5C:0022"];

  test.each([spelled, encodeURIComponent(spelled)])("an address is found by UpCloud's spelling, %s", async (own) => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const { status, body } = await send(simulator, "GET", path(`/ip_address/${own}`));
    expect([status, body.ip_address?.address]).toEqual([200, spelled]);
    expect(body.ip_address.ptr_record).toBe("d845-c4ff-fe5c-0022.v6.fi-hel1.upcloud.host");
  });

  test.each(spelledOtherwise)("an address is not found by another spelling, %s, and nothing changes", async (other) => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const before = accountSnapshot(simulator);
    const change = { ip_address: { ptr_record: "a.example.com" } };
    for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
      const body = method.startsWith("P") ? change : undefined;
      const answer = await send(simulator, method, path(`/ip_address/${other}`), body);
      expect([answer.status, answer.body.error.error_code]).toEqual([404, "IP_ADDRESS_NOT_FOUND"]);
    }
    expect(accountSnapshot(simulator)).toBe(before);
  });

  test.each(spelledOtherwise)("an address is found by %s if a rule allows any spelling", async (other) => {
    const simulator = await startTestSimulator({ seed: testSeed, rules: { addressSpelling: "any" } });
    const { status, body } = await send(simulator, "GET", path(`/ip_address/${other}`));
    expect([status, body.ip_address?.address]).toEqual([200, spelled]);
  });

  test("assigning adds one address on a new interface, and the response equals its details", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const before = simulator.account.listIpAddresses();
    const { status, body } = await send(simulator, "POST", path("/ip_address"), { ip_address: { server: uuids.off } });
    const { address } = body.ip_address;
    expect(status).toBe(201);
    expect(body.ip_address).toMatchObject({ access: "public", family: "IPv4", server: uuids.off });
    expect(body.ip_address.ptr_record).toBe(`${address.replaceAll(".", "-")}.fi-hel1.upcloud.host`);
    expect((await send(simulator, "GET", path(`/ip_address/${address}`))).body).toEqual(body);
    const after = simulator.account.listIpAddresses();
    expect(after.filter((one) => one.address !== address)).toEqual(before);
    const interfaces = simulator.account.listIpAddresses(uuids.off).map(({ mac, index }) => ({ mac, index }));
    expect(interfaces.map(({ index }) => index)).toEqual([1, 2, 3, 4]);
    expect(new Set(interfaces.map(({ mac }) => mac)).size).toBe(4);
  });

  test("an assigned IPv6 address is derived from the MAC of its interface", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const wanted = { ip_address: { server: uuids.off, family: "IPv6", access: "public" } };
    const { body } = await send(simulator, "POST", path("/ip_address"), wanted);
    const [a, b, c, d, e, f] = simulator.account.getIpAddress(body.ip_address.address)?.mac?.split(":") ?? [];
    const first = (Number.parseInt(a ?? "", 16) ^ 2).toString(16);
    expect(body.ip_address.address).toMatch(
      new RegExp(`^2001:db8:1000:[0-9a-f]+:${first}${b}:${c}ff:fe${d}:${e}${f}$`),
    );
  });

  test("a server without an internal address can get exactly one", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const wanted = { ip_address: { server: uuids.lonely, access: internal[version] } };
    const { status, body } = await send(simulator, "POST", path("/ip_address"), wanted);
    expect([status, body.ip_address.access, body.ip_address.ptr_record]).toEqual([201, internal[version], ""]);
    expect((await send(simulator, "POST", path("/ip_address"), wanted)).status).toBe(409);
  });

  test.each(["IPv4", "IPv6"])(
    "a released %s address no longer exists, and is the next one to be assigned",
    async (family) => {
      const simulator = await startTestSimulator({ seed: testSeed });
      const wanted = { ip_address: { server: uuids.off, family } };
      const first = (await send(simulator, "POST", path("/ip_address"), wanted)).body.ip_address.address;
      await send(simulator, "PUT", path(`/ip_address/${first}`), { ip_address: { ptr_record: "old.example.com" } });
      const released = await send(simulator, "DELETE", path(`/ip_address/${first}`));
      expect([released.status, released.text, released.headers.get("content-type")]).toEqual([204, "", null]);
      expect((await send(simulator, "GET", path(`/ip_address/${first}`))).status).toBe(404);
      const again = (await send(simulator, "POST", path("/ip_address"), wanted)).body.ip_address;
      expect(again.address).toBe(first);
      expect(again.ptr_record).toMatch(/\.fi-hel1\.upcloud\.host$/);
    },
  );

  test("of two released addresses, the last one is assigned first", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const wanted = { ip_address: { server: uuids.off } };
    const assign = async () => (await send(simulator, "POST", path("/ip_address"), wanted)).body.ip_address.address;
    const [first, second] = [await assign(), await assign()];
    for (const address of [first, second]) await send(simulator, "DELETE", path(`/ip_address/${address}`));
    expect([await assign(), await assign()]).toEqual([second, first]);
  });

  test.each(["IPv4", "IPv6"])("a zone without free %s addresses has one again after a release", async (family) => {
    const simulator = await startTestSimulator({
      seed: { ...testSeed, zones: { "fi-hel1": { freeIPv4: 1, freeIPv6: 1 } } },
    });
    const wanted = { ip_address: { server: uuids.off, family } };
    const assign = () => send(simulator, "POST", path("/ip_address"), wanted);
    const first = await assign();
    expect([first.status, (await assign()).body.error.error_code]).toEqual([201, "IP_ADDRESS_RESOURCES_UNAVAILABLE"]);
    await send(simulator, "DELETE", path(`/ip_address/${first.body.ip_address.address}`));
    expect([(await assign()).status, (await assign()).status]).toEqual([201, 409]);
  });

  test("the response to an address that was given to another account is 403", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    simulator.account.giveIpAddressAway(addresses.off);
    expect((await send(simulator, "GET", path(`/ip_address/${addresses.off}`))).status).toBe(403);
    const list = (await send(simulator, "GET", path("/ip_address"))).text;
    expect(list).not.toContain(addresses.off);
  });

  test("the other account sees its own resources, and the response to this account's is 403", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const { username, password, token } = simulator.otherCredentials;
    expect([username, password, token]).toEqual(["other", "other", "ucat_other"]);
    const before = accountSnapshot(simulator);
    for (const Authorization of [basic(username, password), `Bearer ${token}`]) {
      const ask = (method: string, rest: string) => send(simulator, method, path(rest), undefined, { Authorization });
      const listed = (await ask("GET", "/ip_address")).body.ip_addresses.ip_address as { address: string }[];
      const detached = version === "1.3" ? [addresses.theirsFloating] : [];
      expect(listed.map(({ address }) => address)).toEqual([addresses.theirs, ...detached]);
      expect((await ask("GET", `/ip_address/${addresses.theirs}`)).status).toBe(200);
      const servers = (await ask("GET", "/server")).body.servers.server as { uuid: string }[];
      expect(servers.map(({ uuid }) => uuid)).toEqual([uuids.theirs]);
      expect((await ask("GET", "/account")).body.account.username).toBe("other");
      for (const [method, rest] of [
        ["GET", `/ip_address/${addresses.off}`],
        ["DELETE", `/ip_address/${addresses.off}`],
        ["GET", `/server/${uuids.off}`],
        ["POST", `/server/${uuids.off}/start`],
        ["DELETE", `/server/${uuids.off}`],
      ] as const) {
        expect((await ask(method, rest)).status).toBe(403);
      }
    }
    expect((await send(simulator, "GET", path("/ip_address"))).text).toContain(addresses.off);
    expect(accountSnapshot(simulator)).toBe(before);
  });

  test("the last address of a server can be released if a rule allows it", async () => {
    const simulator = await startTestSimulator({ seed: testSeed, rules: { releaseLastAddress: "allow" } });
    expect((await send(simulator, "DELETE", path(`/ip_address/${addresses.lonely}`))).status).toBe(204);
  });
});
