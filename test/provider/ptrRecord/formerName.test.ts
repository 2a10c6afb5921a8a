import type { PtrRecordState } from "../../../src/provider/ptrRecord/state";
import type { PendingOperation, StateAddress } from "../../../src/state/stackState";
import { address, endRigs, ofState, PtrRecordRig, six } from "./support/ptrRecordRig";

afterEach(endRigs);

describe("a destroy where a resource and its copy under a former name are in the state", () => {
  const entry = { ...ofState, type: "PtrRecord", previousPtrRecord: "before.example.org" } as const;
  const urnOf = (name: string) => `${ofState.urn}-${name}`;

  /** The former one has written "a", the present one "b". */
  async function given() {
    const rig = await PtrRecordRig.start();
    rig.drift("before.example.org");
    const former = await rig.create({ address, ptrRecord: "a.example.com" }, "former");
    rig.nextOperation();
    rig.inState = [{ ...entry, urn: urnOf("former"), id: address }];
    const present = await rig.create({ address, ptrRecord: "b.example.com" }, "present");
    rig.inState.push({ ...entry, urn: urnOf("present"), id: address });
    rig.nextOperation();
    const states = { former: former.state, present: present.state };
    return { rig, remove: (name: keyof typeof states) => remove(rig, urnOf(name), states[name]) };
  }

  /** The engine notes a deletion in the state before it asks for it, and removes both at the end. */
  async function remove(rig: PtrRecordRig, urn: string, state: PtrRecordState) {
    const operation = { type: "deleting", resourceType: "PtrRecord", urn, id: address, inputs: {} } as const;
    rig.pendingOperations.push(operation);
    await rig.provider.delete(address, state);
    rig.pendingOperations = rig.pendingOperations.filter((one) => one !== operation);
    rig.inState = rig.inState?.filter((one) => one.urn !== urn);
  }

  test.each(["former", "present"] as const)("with the %s one for its target leaves the record", async (name) => {
    const { rig, remove } = await given();
    await remove(name);
    expect(rig.served()).toBe("b.example.com");
  });

  test.each([
    ["the former one first", ["former", "present"]],
    ["the present one first", ["present", "former"]],
  ] as const)("puts the previous record back with the last of them, %s", async (_, order) => {
    const { rig, remove } = await given();
    for (const name of order) await remove(name);
    expect([rig.served(), rig.inState]).toEqual(["before.example.org", []]);
  });

  test("puts the previous record back when both are deleted at the same time", async () => {
    const { rig, remove } = await given();
    await Promise.all([remove("present"), remove("former")]);
    expect(rig.served()).toBe("before.example.org");
  });

  test("leaves a record that somebody else has set since", async () => {
    const { rig, remove } = await given();
    rig.drift("theirs.example.org");
    for (const name of ["former", "present"] as const) await remove(name);
    expect(rig.served()).toBe("theirs.example.org");
  });

  test("puts the previous record back where the state cannot be read", async () => {
    const { rig, remove } = await given();
    rig.inState = undefined;
    await remove("present");
    expect(rig.served()).toBe("before.example.org");
  });

  test.each<[string, Partial<StateAddress>, string]>([
    ["leaves the record to a ServerIpAddress that declares one", {}, "b"],
    ["puts it back beside a ServerIpAddress without one", { previousPtrRecord: undefined }, "before"],
    ["puts it back beside a record that is only read", { type: "PtrRecord", external: true }, "before"],
    ["puts it back beside a record of another address", { type: "PtrRecord", id: "198.51.100.99" }, "before"],
  ])("%s", async (_, other, expected) => {
    const { rig, remove } = await given();
    const [, present] = rig.inState ?? [];
    rig.inState = [present as StateAddress, { ...entry, id: address, type: "ServerIpAddress", ...other }];
    await remove("present");
    expect(rig.served()).toMatch(new RegExp(`^${expected}\\.example`));
  });
});

test("a record that another provider process has taken over stays, though the state was read before in the operation", async () => {
  const rig = await PtrRecordRig.start();
  const entry = { ...ofState, type: "PtrRecord", previousPtrRecord: "before.example.org" } as const;
  const mail = await rig.create({ address, ptrRecord: "mail.example.com" }, "mail");
  const other = await rig.create({ address: six, ptrRecord: "six.example.com" }, "six");
  rig.nextOperation();
  rig.inState = [
    { ...entry, urn: `${ofState.urn}-mail`, id: address },
    { ...entry, urn: `${ofState.urn}-six`, id: other.id },
  ];
  await rig.check({ address: "192.0.2.9", ptrRecord: "six.example.com" }, "six");
  // As `deleteBeforeReplace` does, before anything is created.
  await rig.provider.delete(other.id, other.state);
  rig.inState = [...rig.inState, { ...entry, urn: `${ofState.urn}-renamed`, id: address }];
  const deletion = { type: "deleting", resourceType: "PtrRecord", urn: `${ofState.urn}-mail`, id: address, inputs: {} };
  rig.pendingOperations.push(deletion as PendingOperation);
  await rig.provider.delete(address, mail.state);
  expect(rig.served()).toBe("mail.example.com");
});
