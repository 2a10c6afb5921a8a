import { mail } from "../../support/demoServers";
import { line } from "../../support/operation";
import { address, endRigs, ofUpCloud, PtrRecordRig, six, sixOfUpCloud } from "./support/ptrRecordRig";

afterEach(endRigs);

describe("create", () => {
  test("of an address of the internal network is refused", async () => {
    const rig = await PtrRecordRig.start();
    const [internal] = rig.simulator.account.listIpAddresses(mail).filter(({ access }) => access === "private");
    await expect(rig.create({ address: internal?.address, ptrRecord: "mail.example.com" })).rejects.toThrow(
      /^Expected a public address, got 10\..* whose access is "private"/,
    );
  });

  test("reads the address, writes the record and remembers the previous one", async () => {
    const rig = await PtrRecordRig.start();
    const { id, state } = await rig.create({ address, ptrRecord: "Mail.Example.com." });
    expect(rig.requests()).toEqual([`GET /1.2/ip_address/${address}`, `PUT /1.2/ip_address/${address}`]);
    expect([id, state]).toEqual([
      address,
      { ...line, address, ptrRecord: "mail.example.com", previousPtrRecord: ofUpCloud },
    ]);
    expect(rig.served()).toBe("mail.example.com");
  });

  test("of an IPv6 address in any spelling has UpCloud's for the id and the canonical one for the address", async () => {
    const rig = await PtrRecordRig.start();
    const { id, state } = await rig.create({ address: six.toUpperCase(), ptrRecord: "mail.example.com" });
    expect([id, state.address, rig.served(id)]).toEqual([sixOfUpCloud, six, "mail.example.com"]);
  });

  test("of a floating address that is attached to nothing works with API 1.3", async () => {
    const floating = { family: "IPv4" as const, zone: "fi-hel1", address: "192.0.2.77" };
    const rig = await PtrRecordRig.start(
      { seed: { servers: [{ uuid: mail, title: "mail" }], floatingIpAddresses: [floating] } },
      "1.3",
    );
    const { state } = await rig.create({ address: floating.address, ptrRecord: "float.example.com" });
    expect(state.previousPtrRecord).toBe("192-0-2-77.fi-hel1.upcloud.host");
    expect(rig.served(floating.address)).toBe("float.example.com");
  });

  test.each([
    ["is not in the account", "203.0.113.250", "There is no address 203.0.113.250 in the UpCloud account: correct"],
    ["is not public", "private", "Expected a public address, got 10."],
  ])("of an address that %s fails and writes nothing", async (_, given, words) => {
    const rig = await PtrRecordRig.start();
    const inner = rig.simulator.account.listIpAddresses(mail).find(({ access }) => access === "private")?.address;
    await expect(
      rig.create({ address: given === "private" ? inner : given, ptrRecord: "a.example.com" }),
    ).rejects.toThrow(words);
    expect(rig.requests().filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  test("that UpCloud refuses is saved with id, properties and the line that names the lifecycle", async () => {
    const rig = await PtrRecordRig.start();
    rig.simulator.faults.add({ kind: "error", method: "PUT", status: 400, errorCode: "PTR_RECORD_INVALID" });
    const failure = await rig.create({ address, ptrRecord: "a.example.com" }).catch((error) => error);
    expect(failure).toMatchObject({
      id: address,
      properties: { ...line, address, ptrRecord: ofUpCloud, previousPtrRecord: ofUpCloud },
      reasons: [failure.message],
    });
  });
});

describe("waitForForwardRecord", () => {
  test("looks the name up before each write, and not where there is nothing to write", async () => {
    const rig = await PtrRecordRig.start();
    const { id, state } = await rig.create({ address, ptrRecord: "a.example.com", waitForForwardRecord: true });
    expect(rig.asked).toEqual(["a.example.com after GET"]);
    const briefly = { waitForForwardRecord: { timeoutSeconds: 5 } };
    await rig.up(id, state, { address, ptrRecord: "a.example.com", ...briefly });
    await rig.up(id, state, { address, ptrRecord: "b.example.com", ...briefly });
    await rig.up(id, state, { address, ptrRecord: "c.example.com" });
    expect(rig.asked).toEqual(["a.example.com after GET", "b.example.com after PUT"]);
    expect(rig.served()).toBe("c.example.com");
  });
});

describe("a write whose answer is lost", () => {
  const lost = { kind: "drop", when: "after-effect", method: "PUT", times: 9 } as const;

  test("on create is put right by the next up, and by delete", async () => {
    const rig = await PtrRecordRig.start();
    rig.simulator.faults.add(lost);
    const { properties } = await rig.create({ address, ptrRecord: "a.example.com" }).catch((error) => error);
    expect(rig.served()).toBe("a.example.com");
    rig.simulator.faults.clear();
    rig.nextOperation();
    const { state } = await rig.up(address, properties, { address, ptrRecord: "a.example.com" });
    expect(state).toEqual({ ...line, address, ptrRecord: "a.example.com", previousPtrRecord: ofUpCloud });
    await rig.destroy(address, properties);
    expect(rig.served()).toBe(ofUpCloud);
  });

  test("on update is followed by another write when the program goes back to the former record", async () => {
    const rig = await PtrRecordRig.start();
    const first = await rig.create({ address, ptrRecord: "a.example.com" });
    rig.simulator.faults.add(lost);
    const { properties } = await rig.up(address, first.state, { address, ptrRecord: "b.example.com" }).catch((e) => e);
    rig.simulator.faults.clear();
    rig.nextOperation();
    const { state } = await rig.up(address, properties, { address, ptrRecord: "a.example.com" });
    expect([rig.served(), state.written]).toEqual(["a.example.com", undefined]);
    rig.drift("b.example.com");
    await rig.destroy(address, properties);
    expect(rig.served()).toBe(ofUpCloud);
  });
});

test("a write that has no effect leaves the record before it the resource's own", async () => {
  const rig = await PtrRecordRig.start();
  const { id, state } = await rig.create({ address, ptrRecord: "a.example.com" });
  rig.simulator.faults.add({ kind: "error", method: "PUT", status: 400, errorCode: "PTR_RECORD_INVALID" });
  const { properties } = await rig.up(id, state, { address, ptrRecord: "b.example.com" }).catch((error) => error);
  expect([rig.served(), properties.ptrRecord]).toEqual(["a.example.com", "a.example.com"]);
  await rig.destroy(id, properties);
  expect(rig.served()).toBe(ofUpCloud);
});

describe("diff", () => {
  test("of the same values in another spelling is no change", async () => {
    const rig = await PtrRecordRig.start();
    const { id, state } = await rig.create({ address: six, ptrRecord: "a.example.com" });
    const spelled = { ...state, ptrRecord: "A.Example.com." };
    const { changes } = await rig.up(id, spelled, { address: sixOfUpCloud.toUpperCase(), ptrRecord: "a.EXAMPLE.com" });
    expect(changes).toBe(false);
  });

  test("of another address replaces, and of a timeout changes without a request", async () => {
    const rig = await PtrRecordRig.start();
    const { id, state } = await rig.create({ address, ptrRecord: "a.example.com" });
    rig.simulator.clearRequests();
    const timed = await rig.up(id, state, { address, ptrRecord: "a.example.com", timeouts: { update: "1m" } });
    expect([timed.changes, timed.state.timeouts]).toEqual([true, { update: "1m" }]);
    const other = await rig.up(id, state, { address: "203.0.113.9", ptrRecord: "a.example.com" });
    expect(other.replaces).toEqual(["address"]);
    expect(rig.requests()).toEqual([]);
  });
});
