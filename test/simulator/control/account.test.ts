import { send, startTestSimulator } from "../support/api";
import { addresses, testSeed, uuids } from "../support/testSeed";

describe("the account", () => {
  test("assigns, renames, moves and releases addresses of running servers immediately", async () => {
    const { account } = await startTestSimulator({ seed: testSeed });
    const made = account.assignIpAddress({ server: uuids.running, family: "IPv6" });
    expect(account.modifyIpAddress(made.address, { ptrRecord: "a.example.com" }).ptrRecord).toBe("a.example.com");
    expect(account.modifyIpAddress(made.address, { ptrRecord: "" }).ptrRecord).toBe(made.ptrRecord);
    const moved = account.moveIpAddress(made.address, uuids.off);
    expect(moved).toMatchObject({ address: made.address, server: uuids.off, index: 4 });
    account.releaseIpAddress(made.address);
    expect(account.getIpAddress(made.address)).toBeUndefined();
  });

  test("enforces limits and credits, and throws if an address or server does not exist", async () => {
    const { account } = await startTestSimulator({ seed: testSeed });
    expect(() => account.assignIpAddress({ server: uuids.full })).toThrow("The maximum number of IP addresses");
    account.credits = 0;
    expect(() => account.assignIpAddress({ server: uuids.off })).toThrow("not enough credits");
    expect(() => account.releaseIpAddress(addresses.nowhere)).toThrow(
      `There is no address ${addresses.nowhere} in the simulator.`,
    );
    expect(() => account.startServer(uuids.nowhere)).toThrow(`There is no server ${uuids.nowhere} in the simulator.`);
    expect(() => account.modifyIpAddress(addresses.offPrivate, { ptrRecord: "a.example.com" })).toThrow(
      "for a public address",
    );
  });

  test("transfers a server with its addresses, and removes the free addresses of a zone", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    simulator.account.giveServerAway(uuids.lonely);
    expect((await send(simulator, "GET", `/1.2/server/${uuids.lonely}`)).status).toBe(403);
    expect((await send(simulator, "GET", `/1.2/ip_address/${addresses.lonely}`)).status).toBe(403);
    simulator.account.limitZone("fi-hel1", { IPv4: 0 });
    expect(() => simulator.account.assignIpAddress({ server: uuids.off })).toThrow("not enough IP addresses");
  });

  test("does not free an address of a full zone by moving or transferring one", async () => {
    const { account } = await startTestSimulator({ seed: { ...testSeed, zones: { "fi-hel1": { freeIPv4: 0 } } } });
    account.giveIpAddressAway(addresses.running);
    account.moveIpAddress(addresses.off, uuids.lonely);
    expect(() => account.assignIpAddress({ server: uuids.off })).toThrow("not enough IP addresses");
    account.releaseIpAddress(addresses.off);
    expect(account.assignIpAddress({ server: uuids.off }).address).toBe(addresses.off);
  });

  test("changes how a guest behaves, and deletes a server", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    simulator.account.setGuest(uuids.off, { boots: false });
    expect((await send(simulator, "POST", `/1.2/server/${uuids.off}/start`)).body.server.state).toBe("error");
    simulator.account.deleteServer(uuids.off);
    expect(simulator.account.getServer(uuids.off)).toBeUndefined();
    expect(simulator.account.listIpAddresses(uuids.off)).toEqual([]);
  });
});
