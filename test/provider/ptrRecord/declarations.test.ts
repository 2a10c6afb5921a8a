import { unknownValue } from "../../../src/model/unknown";
import { web } from "../../support/demoServers";
import { line } from "../../support/operation";
import { address, endRigs, ofState, PtrRecordRig } from "./support/ptrRecordRig";

afterEach(endRigs);

describe("check", () => {
  test("refuses an invalid name, and then declares no record", async () => {
    const rig = await PtrRecordRig.start();
    const { failures } = await rig.check({ address, ptrRecord: "mail" });
    expect(failures?.map(({ property }) => property)).toEqual(["ptrRecord"]);
    await rig.create({ address, ptrRecord: "mail.example.com" });
    expect(rig.served()).toBe("mail.example.com");
  });

  test("works without hints of the program", async () => {
    const rig = await PtrRecordRig.start();
    const declared = { ...line, address, ptrRecord: "mail.example.com" };
    expect(await rig.provider.check({}, declared)).toEqual({
      inputs: { address, ptrRecord: "mail.example.com" },
      failures: [],
    });
  });
});

describe("a preview", () => {
  const preview = (rig: PtrRecordRig, declared: string) =>
    rig.check({
      __program: { preview: true, name: "a", urn: "a" },
      address: declared,
      ptrRecord: "a.example.com",
    });

  test("warns once of an address that is not in the account", async () => {
    const rig = await PtrRecordRig.start();
    await preview(rig, "2001:db8::8");
    await preview(rig, "2001:db8::8");
    expect(rig.machine.said).toEqual([
      "warning: there is no address 2001:db8::8 in the UpCloud account: correct the `address` of the PtrRecord, or remove that resource.",
    ]);
  });

  test("says nothing of an address that is in the account or unknown, and says where the account cannot be looked at", async () => {
    const rig = await PtrRecordRig.start();
    await preview(rig, address);
    await preview(rig, unknownValue);
    rig.nextOperation();
    rig.simulator.faults.add({
      kind: "error",
      method: "GET",
      path: "/ip_address",
      status: 403,
      errorCode: "ACTION_FORBIDDEN",
    });
    expect(rig.machine.said).toEqual([]);
    await preview(rig, "198.51.100.7");
    expect(rig.machine.said).toEqual([
      expect.stringMatching(/^warning: not checked against the account: The UpCloud user/),
    ]);
  });
});

describe("a record that the program declares twice", () => {
  const expected = "expected an address whose PTR record nothing else in the program declares";

  test("with two PtrRecords, in two spellings, is refused by property, value and expectation", async () => {
    const rig = await PtrRecordRig.start();
    await rig.check({ address: "2001:db8::1", ptrRecord: "a.example.com" }, "one");
    const { failures } = await rig.check({ address: "2001:DB8:0::0001", ptrRecord: "a.example.com" }, "two");
    const reason = `${expected}, got "2001:db8::1", whose record the PtrRecord "one" declares: remove one of them`;
    expect(failures).toEqual([{ property: "address", reason }]);
  });

  test("is not refused when it is checked a second time for its replacement", async () => {
    const rig = await PtrRecordRig.start();
    const twice = { ...line, ...rig.hints("one"), address, ptrRecord: "a.example.com" };
    await rig.provider.check({}, twice);
    expect((await rig.provider.check({}, twice)).failures).toEqual([]);
  });

  test("and a ServerIpAddress of its address are refused in either order", async () => {
    const rig = await PtrRecordRig.start();
    const declared = { server: web, ptrRecord: "a.example.com" };
    const { inputs } = await rig.addresses.check({}, { ...line, ...declared });
    const { id = "", outs } = await rig.addresses.create({ ...inputs, ...line });
    rig.nextOperation();
    await rig.addresses.diff(id, outs, inputs as never);
    const { failures } = await rig.check({ address: id, ptrRecord: "b.example.com" }, "one");
    const reason = `${expected}, got "${id}", whose record the ptrRecord of a ServerIpAddress declares: remove one of them`;
    expect(failures).toEqual([{ property: "address", reason }]);
    rig.nextOperation();
    await rig.check({ address: id, ptrRecord: "b.example.com" }, "one");
    await expect(rig.addresses.diff(id, outs, inputs as never)).rejects.toThrow(
      `The program declares the PTR record of ${id} twice, as ptrRecord of its ServerIpAddress and in the PtrRecord "one": remove one of them.`,
    );
  });

  test("with a ServerIpAddress that is created in the same operation is refused", async () => {
    const rig = await PtrRecordRig.start();
    const { inputs } = await rig.addresses.check({}, { ...line, server: web, ptrRecord: "a.example.com" });
    const { id } = await rig.addresses.create({ ...inputs, ...line });
    expect((await rig.check({ address: id, ptrRecord: "b.example.com" }, "one")).failures).toHaveLength(1);
  });

  test("with a ServerIpAddress that UpCloud gives this very address is refused, and the address is saved", async () => {
    const { address: next } = (await PtrRecordRig.start()).simulator.account.assignIpAddress({ server: web });
    const rig = await PtrRecordRig.start();
    await rig.check({ address: next, ptrRecord: "b.example.com" }, "one");
    const { inputs } = await rig.addresses.check({}, { ...line, server: web, ptrRecord: "a.example.com" });
    const failure = await rig.addresses.create({ ...inputs, ...line }).catch((error) => error);
    expect(failure).toMatchObject({ id: next, properties: { ...line, server: web } });
    expect(failure.message).toContain(`The program declares the PTR record of ${next} twice`);
  });

  test("with a ServerIpAddress that adopts the address is refused in either order", async () => {
    const rig = await PtrRecordRig.start();
    const adopting = { ...line, server: web, adopt: "2001:db8::1", family: "IPv6", ptrRecord: "a.example.com" };
    await rig.check({ address: "2001:db8::1", ptrRecord: "b.example.com" }, "one");
    const reason =
      'expected no ptrRecord for 2001:db8::1, whose record the PtrRecord "one" declares too: remove one of them';
    expect((await rig.addresses.check({}, adopting)).failures).toEqual([{ property: "ptrRecord", reason }]);
    rig.nextOperation();
    await rig.addresses.check({}, adopting);
    expect((await rig.check({ address: "2001:db8::1", ptrRecord: "b.example.com" }, "one")).failures).toHaveLength(1);
  });

  test("is not one of a ServerIpAddress without ptrRecord, nor of addresses that are not known", async () => {
    const rig = await PtrRecordRig.start();
    const { inputs } = await rig.addresses.check({}, { ...line, server: web });
    const { id = "", outs } = await rig.addresses.create({ ...inputs, ...line });
    await rig.addresses.diff(id, outs, inputs as never);
    expect((await rig.check({ address: id, ptrRecord: "b.example.com" }, "one")).failures).toEqual([]);
    for (const name of ["two", "three"]) {
      expect((await rig.check({ address: unknownValue, ptrRecord: "b.example.com" }, name)).failures).toEqual([]);
    }
  });

  test("with the ServerIpAddress whose address is not known yet is refused by what the program tells", async () => {
    const rig = await PtrRecordRig.start();
    const __program = { name: "one", urn: ofState.urn, sharedWith: "mail" };
    const declared = { ...line, address: unknownValue, ptrRecord: "b.example.com" };
    const reason = `${expected}, got that of the ServerIpAddress "mail", which has a ptrRecord: remove one of them`;
    expect((await rig.provider.check({}, { ...declared, __program })).failures).toEqual([
      { property: "address", reason },
    ]);
    expect(
      (await rig.provider.check({}, { ...declared, __program: { ...__program, sharedWith: unknownValue } })).failures,
    ).toEqual([]);
  });
});
