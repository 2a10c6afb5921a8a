import type { Simulator } from "../../../../src/simulator";
import { mail, web } from "../../../support/demoServers";
import { always } from "../../../support/faults";
import { line } from "../../../support/operation";
import { endRig, LifecycleRig } from "./support/lifecycleRig";

afterEach(endRig);

describe("read", () => {
  test("of an address that is not managed gives all that UpCloud says, in UpCloud's spelling", async () => {
    const rig = await LifecycleRig.start({}, "1.3");
    const { address, mac } = rig.simulator.account.assignIpAddress({ server: web, family: "IPv6" });
    const { id, props } = await rig.provider.read(address.toUpperCase(), { ...line } as object);
    expect(id).toBe(address.toUpperCase());
    expect(props).toMatchObject({
      address,
      server: web,
      family: "IPv6",
      access: "public",
      partOfPlan: false,
      zone: "de-fra1",
      mac,
    });
  });

  test("of an address that is not managed learns the default name that API 1.2 does not tell from the server", async () => {
    const rig = await LifecycleRig.start();
    const { address } = rig.simulator.account.assignIpAddress({ server: web });
    rig.simulator.account.modifyIpAddress(address, { ptrRecord: "old.example.com" });
    const { props } = await rig.provider.read(address, { ...line } as object);
    expect(props).toMatchObject({ defaultPtrRecord: `${address.replaceAll(".", "-")}.de-fra1.upcloud.host` });
  });

  test("of an address that a program looks for and that is not there fails, and one that was there is gone", async () => {
    const rig = await LifecycleRig.start();
    await expect(rig.provider.read("203.0.113.250", { ...line } as object)).rejects.toThrow(
      "There is no address 203.0.113.250 in the UpCloud account",
    );
    const { address } = rig.simulator.account.assignIpAddress({ server: web });
    const { props } = await rig.provider.read(address, { ...line } as object);
    rig.simulator.account.releaseIpAddress(address);
    rig.nextOperation();
    expect(await rig.provider.read(address, props)).toEqual({});
  });

  test("of an address that is not managed and moves to another server still finds it", async () => {
    const rig = await LifecycleRig.start();
    const { address } = rig.simulator.account.assignIpAddress({ server: web });
    const { props } = await rig.provider.read(address, { ...line } as object);
    rig.simulator.account.moveIpAddress(address, mail);
    expect((await rig.provider.read(address, props)).props).toMatchObject({ address, server: mail });
  });

  test("keeps what the state knows, and its inputs are those of the program", async () => {
    const rig = await LifecycleRig.start();
    const declared = {
      server: web,
      powerCycle: { stopType: "hard" },
      timeouts: { create: "5m" },
      ptrRecord: "a.example.com",
    };
    const { id, state, inputs } = await rig.create(declared);
    const read = await rig.provider.read(id, state);
    expect(read.id).toBe(id);
    expect(read.props).toEqual(state);
    expect(read.inputs).toEqual({ ...inputs, ...line });
  });

  test("returns no inputs when the program declares no PTR record", async () => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web });
    rig.simulator.account.modifyIpAddress(id, { ptrRecord: "drifted.example.com" });
    expect(await rig.provider.read(id, state)).toEqual({ id, props: { ...state, ptrRecord: "drifted.example.com" } });
  });

  test.each<[string, (account: Simulator["account"], address: string) => void]>([
    ["was released", (account, address) => account.releaseIpAddress(address)],
    ["belongs to another account", (account, address) => account.giveIpAddressAway(address)],
    ["is on another server", (account, address) => account.moveIpAddress(address, mail)],
  ])("of an address that %s finds it gone", async (_, happen) => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web });
    happen(rig.simulator.account, id);
    expect(await rig.provider.read(id, state)).toEqual({});
  });

  test.each([401, 403, 404, 429, 500, 503])(
    "that is answered %i without a code of an address fails",
    async (status) => {
      const rig = await LifecycleRig.start();
      const { id, state } = await rig.create({ server: web });
      rig.simulator.faults.add({ kind: "error", method: "GET", status, errorCode: "SOMETHING_ELSE", times: always });
      await expect(rig.provider.read(id, state)).rejects.toThrow(String(status));
    },
  );
});
