import type { PtrRecordState } from "../../../src/provider/ptrRecord/state";
import { web } from "../../support/demoServers";
import { line } from "../../support/operation";
import { address, endRigs, ofState, ofUpCloud, PtrRecordRig, six, sixOfUpCloud } from "./support/ptrRecordRig";

afterEach(endRigs);

describe("the previous record", () => {
  test("is the present one when no state tells it, and delete keeps it", async () => {
    const rig = await PtrRecordRig.start();
    const { id, state } = await rig.create({ address, ptrRecord: "mail.example.com" });
    const { previousPtrRecord: _, ...old } = state;
    await rig.destroy(id, old as PtrRecordState);
    expect(rig.served()).toBe("mail.example.com");
  });

  test("is restored by delete", async () => {
    const rig = await PtrRecordRig.start();
    rig.drift("before.example.org");
    const { id, state } = await rig.create({ address, ptrRecord: "a.example.com" });
    const { state: edited } = await rig.up(id, state, { address, ptrRecord: "b.example.com" });
    expect([rig.served(), edited.previousPtrRecord]).toEqual(["b.example.com", "before.example.org"]);
    await rig.destroy(id, edited);
    expect(rig.served()).toBe("before.example.org");
  });

  test.each(["1.2", "1.3"] as const)(
    "is UpCloud's default where the record is as wanted already, in API %s",
    async (version) => {
      const rig = await PtrRecordRig.start({}, version);
      rig.drift("a.example.com");
      const { state } = await rig.create({ address, ptrRecord: "a.example.com" });
      expect(state.previousPtrRecord).toBe(ofUpCloud);
    },
  );

  test("is UpCloud's default after a rename, whether the rename ends in one operation or in two", async () => {
    const rig = await PtrRecordRig.start();
    const ofUpCloud = rig.served(sixOfUpCloud);
    const old = await rig.create({ address: six, ptrRecord: "a.example.com" }, "old");
    rig.nextOperation();
    const renamed = await rig.create({ address: six, ptrRecord: "a.example.com" }, "new");
    rig.nextOperation();
    await rig.up(renamed.id, renamed.state, { address: six, ptrRecord: "a.example.com" });
    await rig.provider.delete(old.id, old.state);
    expect([rig.served(sixOfUpCloud), rig.machine.said]).toEqual(["a.example.com", []]);
    await rig.destroy(renamed.id, renamed.state);
    expect(rig.served(sixOfUpCloud)).toBe(ofUpCloud);
  });

  test("is what the stack's state says of the resource's old name, when name and record change together", async () => {
    const rig = await PtrRecordRig.start();
    rig.drift("before.example.org");
    const old = await rig.create({ address, ptrRecord: "a.example.com" }, "old");
    rig.nextOperation();
    rig.inState = [{ ...ofState, type: "PtrRecord", id: old.id, previousPtrRecord: "before.example.org" }];
    const renamed = await rig.create({ address, ptrRecord: "b.example.com" }, "new");
    await rig.provider.delete(old.id, old.state);
    expect([rig.served(), renamed.state.previousPtrRecord]).toEqual(["b.example.com", "before.example.org"]);
  });

  test("is that of the state after a rename without other changes", async () => {
    const rig = await PtrRecordRig.start();
    rig.drift("before.example.org");
    const old = await rig.create({ address, ptrRecord: "a.example.com" }, "old");
    rig.nextOperation();
    rig.inState = [{ ...ofState, type: "PtrRecord", id: old.id, previousPtrRecord: "before.example.org" }];
    expect((await rig.create({ address, ptrRecord: "a.example.com" }, "new")).state.previousPtrRecord).toBe(
      "before.example.org",
    );
  });

  test("is UpCloud's default when the state has none, or has that of a ServerIpAddress", async () => {
    const rig = await PtrRecordRig.start();
    rig.drift("a.example.com");
    rig.inState = [];
    expect((await rig.create({ address, ptrRecord: "a.example.com" })).state.previousPtrRecord).toBe(ofUpCloud);
    rig.nextOperation();
    rig.inState = [{ ...ofState, type: "ServerIpAddress", id: address, previousPtrRecord: ofUpCloud }];
    expect((await rig.create({ address, ptrRecord: "b.example.com" })).state.previousPtrRecord).toBe(ofUpCloud);
  });

  test.each<[string, (rig: PtrRecordRig, id: string, state: PtrRecordState) => Promise<unknown>]>([
    ["refresh in the same operation", (rig, id, state) => rig.provider.read(id, state)],
    ["replacement that the user asked for", (rig, id, state) => rig.provider.diff(id, state, state)],
  ])("is handed on by a %s", async (_, see) => {
    const rig = await PtrRecordRig.start();
    rig.drift("before.example.org");
    const old = await rig.create({ address, ptrRecord: "a.example.com" }, "old");
    rig.nextOperation();
    await see(rig, old.id, old.state);
    const { state } = await rig.create({ address, ptrRecord: "b.example.com" }, "new");
    await rig.provider.delete(old.id, old.state);
    expect([state.previousPtrRecord, rig.served(), rig.machine.said]).toEqual([
      "before.example.org",
      "b.example.com",
      [],
    ]);
  });

  test("is not restored when a ServerIpAddress declares the record in the same operation", async () => {
    const rig = await PtrRecordRig.start();
    const { address: extra } = rig.simulator.account.assignIpAddress({ server: web });
    const old = await rig.create({ address: extra, ptrRecord: "a.example.com" });
    rig.nextOperation();
    await rig.addresses.check({}, { ...line, server: web, adopt: extra, ptrRecord: "a.example.com" });
    await rig.provider.delete(old.id, old.state);
    expect(rig.served(extra)).toBe("a.example.com");
  });
});
