import { mail } from "../../support/demoServers";
import { line } from "../../support/operation";
import { address, endRigs, ofState, ofUpCloud, PtrRecordRig, six } from "./support/ptrRecordRig";

afterEach(endRigs);

describe("read", () => {
  test("of an unchanged record gives the state and the inputs of the program", async () => {
    const rig = await PtrRecordRig.start();
    const { id, state, inputs } = await rig.create({
      address,
      ptrRecord: "a.example.com",
      waitForForwardRecord: false,
    });
    expect(await rig.provider.read(id, state)).toEqual({ id, props: state, inputs: { ...inputs, ...line } });
  });

  test("of a record that somebody changed shows it among the inputs, and delete leaves it", async () => {
    const rig = await PtrRecordRig.start();
    const { id, state, inputs } = await rig.create({ address, ptrRecord: "a.example.com" });
    rig.drift("theirs.example.org");
    const seen = await rig.provider.read(id, state);
    expect(seen.inputs).toEqual({ ...line, ...inputs, ptrRecord: "theirs.example.org" });
    expect(seen.props.ptrRecord).toBe("theirs.example.org");
    const again = await rig.provider.read(id, seen.props);
    await rig.destroy(id, again.props);
    expect(rig.served()).toBe("theirs.example.org");
  });

  test("of a record that somebody changed and changed back gives the state as it was", async () => {
    const rig = await PtrRecordRig.start();
    const { id, state } = await rig.create({ address, ptrRecord: "a.example.com" });
    rig.drift("theirs.example.org");
    const { props } = await rig.provider.read(id, state);
    rig.drift("a.example.com");
    rig.nextOperation();
    expect((await rig.provider.read(id, props)).props).toEqual(state);
  });

  test("of a changed record that the program then declares makes it the program's", async () => {
    const rig = await PtrRecordRig.start();
    const { id, state } = await rig.create({ address, ptrRecord: "a.example.com" });
    rig.drift("b.example.com");
    const { props } = await rig.provider.read(id, state);
    const { changes, state: news } = await rig.up(id, props, { address, ptrRecord: "b.example.com" });
    expect(changes).toBe(true);
    await rig.destroy(id, news);
    expect(rig.served()).toBe(ofUpCloud);
  });

  test("of an address that was released finds the resource gone, update fails in words, and delete succeeds", async () => {
    const rig = await PtrRecordRig.start({ rules: { releasePartOfPlan: "allow" } });
    const { id, state } = await rig.create({ address, ptrRecord: "a.example.com" });
    rig.simulator.account.releaseIpAddress(address);
    expect(await rig.provider.read(id, state)).toEqual({});
    await expect(rig.up(id, state, { address, ptrRecord: "b.example.com" })).rejects.toThrow(
      `There is no address ${address}`,
    );
    await expect(rig.destroy(id, state)).resolves.toBeUndefined();
  });

  test("of an address that belongs to another account finds the resource gone when other addresses of the stack exist", async () => {
    const rig = await PtrRecordRig.start();
    const { id, state } = await rig.create({ address, ptrRecord: "a.example.com" });
    const other = await rig.create({ address: six, ptrRecord: "b.example.com" }, "other");
    rig.simulator.account.giveIpAddressAway(address);
    rig.nextOperation();
    const read = await Promise.all([rig.provider.read(other.id, other.state), rig.provider.read(id, state)]);
    expect(read).toMatchObject([{ id: other.id }, {}]);
    await expect(rig.up(id, state, { address, ptrRecord: "b.example.com" })).rejects.toThrow(
      `Address ${address} belongs to another account`,
    );
    rig.inState = [{ ...ofState, type: "ServerIpAddress", id, server: mail }];
    await expect(rig.destroy(id, state)).resolves.toBeUndefined();
  });

  test("of an address alone returns its record", async () => {
    const rig = await PtrRecordRig.start();
    expect((await rig.provider.read(address)).props).toEqual({ address, ptrRecord: ofUpCloud });
  });

  test("of an address that is not managed gives its record, and fails where there is none", async () => {
    const rig = await PtrRecordRig.start();
    const { id, props } = await rig.provider.read(address, { ...line } as object);
    expect([id, props]).toEqual([address, { ...line, address, ptrRecord: ofUpCloud }]);
    rig.drift("theirs.example.org");
    expect((await rig.provider.read(id as string, props)).props).toEqual({
      ...line,
      address,
      ptrRecord: "theirs.example.org",
    });
    await expect(rig.provider.read("203.0.113.250", { ...line } as object)).rejects.toThrow(
      "There is no address 203.0.113.250",
    );
  });
});
