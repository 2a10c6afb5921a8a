import { send, startTestSimulator } from "../support/api";
import { addresses, macs, testSeed, uuids } from "../support/testSeed";

describe("floating addresses of API 1.3", () => {
  const floating = (attributes: object) => ({ ip_address: { floating: "yes", ...attributes } });

  test("an address is assigned to a zone, attached to a running server, moved, detached and released", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const made = await send(simulator, "POST", "/1.3/ip_address", floating({ zone: "fi-hel1", family: "IPv4" }));
    expect(made.status).toBe(201);
    expect(Object.keys(made.body.ip_address)).toEqual([
      "access",
      "address",
      "family",
      "floating",
      "ptr_record",
      "zone",
    ]);
    const path = `/1.3/ip_address/${made.body.ip_address.address}`;
    for (const [mac, server] of [
      [macs.running, uuids.running],
      [macs.off.toUpperCase(), uuids.off],
    ] as const) {
      const { status, body } = await send(simulator, "PATCH", path, { ip_address: { mac } });
      expect([status, body.ip_address.mac, body.ip_address.server]).toEqual([202, mac.toLowerCase(), server]);
    }
    const detached = await send(simulator, "PATCH", path, { ip_address: { mac: null } });
    expect(detached.body).toEqual(made.body);
    expect((await send(simulator, "DELETE", path)).status).toBe(204);
  });

  test("an address assigned to an interface of a running server is listed in that interface", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const made = await send(simulator, "POST", "/1.3/ip_address", floating({ mac: macs.running }));
    expect(made.body.ip_address).toMatchObject({ mac: macs.running, server: uuids.running, zone: "fi-hel1" });
    const { server } = (await send(simulator, "GET", `/1.3/server/${uuids.running}`)).body;
    const [first] = server.networking.interfaces.interface;
    expect(first.ip_addresses.ip_address.map((one: { floating: string }) => one.floating)).toEqual(["no", "yes"]);
    expect(server.ip_addresses.ip_address.at(-1).address).toBe(made.body.ip_address.address);
  });

  test("an address is detached when the address that owns its interface is released", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    await send(simulator, "PATCH", `/1.3/ip_address/${addresses.floating}`, { ip_address: { mac: macs.off } });
    await send(simulator, "DELETE", `/1.3/ip_address/${addresses.off}`);
    expect(simulator.account.getIpAddress(addresses.floating)).toMatchObject({ server: undefined, mac: undefined });
  });

  test("an attached address counts towards the limit of its server, unless a rule excludes it", async () => {
    for (const floatingCountsToLimit of [true, false]) {
      const simulator = await startTestSimulator({ seed: testSeed, rules: { floatingCountsToLimit } });
      const { status } = await send(simulator, "POST", "/1.3/ip_address", floating({ mac: macs.full }));
      expect(status).toBe(floatingCountsToLimit ? 409 : 201);
    }
  });

  test("deleting a server detaches its floating addresses and those with the policy keep", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    await send(simulator, "PATCH", `/1.3/ip_address/${addresses.floating}`, { ip_address: { mac: macs.off } });
    const kept = await send(simulator, "PATCH", `/1.3/ip_address/${addresses.off}`, {
      ip_address: { release_policy: "keep" },
    });
    expect(kept.status).toBe(202);
    await send(simulator, "DELETE", `/1.3/server/${uuids.off}`);
    for (const address of [addresses.floating, addresses.off]) {
      const { body } = await send(simulator, "GET", `/1.3/ip_address/${address}`);
      expect(body.ip_address).toMatchObject({ address, floating: "yes", zone: "fi-hel1" });
      expect(body.ip_address).not.toHaveProperty("server");
    }
    expect(simulator.account.getIpAddress(addresses.offIPv6)).toBeUndefined();
  });

  test("release_policy is included only if a rule says so", async () => {
    const simulator = await startTestSimulator({ seed: testSeed, rules: { showReleasePolicy: true } });
    const { body } = await send(simulator, "GET", `/1.3/ip_address/${addresses.off}`);
    expect(body.ip_address.release_policy).toBe("release");
  });
});
