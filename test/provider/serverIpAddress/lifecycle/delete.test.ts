import type { Simulator } from "../../../../src/simulator";
import { mail, web } from "../../../support/demoServers";
import { endRig, LifecycleRig } from "./support/lifecycleRig";

afterEach(endRig);

describe("delete", () => {
  test("of an address that goes while it is being released succeeds", async () => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web });
    rig.simulator.faults.add({ kind: "act", method: "DELETE", act: (account) => account.releaseIpAddress(id) });
    await rig.destroy(id, state);
    expect(rig.simulator.account.getIpAddress(id)).toBeUndefined();
  });

  test("of an address that is moved while its server stops leaves it", async () => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web, powerCycle: true });
    rig.simulator.account.startServer(web);
    rig.simulator.faults.add({
      kind: "act",
      method: "POST",
      path: "/server/*/stop",
      act: (account) => account.moveIpAddress(id, mail),
    });
    await rig.destroy(id, state);
    expect(rig.simulator.account.getIpAddress(id)?.server).toBe(mail);
    expect(rig.simulator.account.getServer(web)?.state).toBe("started");
  });

  test("of an address that is moved while its server is in maintenance leaves it", async () => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web });
    rig.simulator.account.setServerState(web, "maintenance", { state: "stopped", afterMs: 20_000 });
    rig.simulator.faults.add({
      kind: "act",
      method: "DELETE",
      when: "after",
      act: (account) => account.moveIpAddress(id, mail),
    });
    await rig.destroy(id, state);
    expect(rig.simulator.account.getIpAddress(id)?.server).toBe(mail);
  });

  test.each([true, false])("starts a server that was left stopped, with powerCycle %j", async (powerCycle) => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web, powerCycle });
    await rig.destroy(id, { ...state, leftStopped: true });
    expect(rig.simulator.account.getIpAddress(id)).toBeUndefined();
    expect(rig.simulator.account.getServer(web)?.state).toBe("started");
  });

  test("from a running server names the up that has to come before", async () => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web });
    rig.simulator.account.startServer(web);
    await expect(rig.destroy(id, state)).rejects.toThrow("and run `pulumi up` before you delete it");
  });

  test("whose server does not start again says that the address is released", async () => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web, powerCycle: { stopType: "hard" } });
    rig.simulator.account.startServer(web);
    rig.simulator.faults.add({
      kind: "error",
      method: "POST",
      path: "/server/*/start",
      status: 402,
      errorCode: "INSUFFICIENT_CREDITS",
    });
    await expect(rig.destroy(id, state)).rejects.toThrow(
      /^The address was released\. Server "web" .* could not be started again: .*too few credits for server/,
    );
  });

  test("of an address whose release took effect without an answer looks, and sends no second release", async () => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web });
    rig.simulator.faults.add({ kind: "drop", when: "after-effect", method: "DELETE" });
    await rig.destroy(id, state);
    expect(rig.simulator.account.getIpAddress(id)).toBeUndefined();
    expect(rig.requests().filter((request) => request.startsWith("DELETE"))).toHaveLength(1);
    expect(rig.requests().at(-1)).toBe(`GET /1.2/ip_address/${id}`);
  });

  test("of an address that is moved after a release without an answer leaves it", async () => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web });
    rig.simulator.faults.add({ kind: "drop", when: "before-effect", method: "DELETE" });
    rig.simulator.faults.add({
      kind: "act",
      method: "GET",
      skip: 1,
      act: (account) => account.moveIpAddress(id, mail),
    });
    await rig.destroy(id, state);
    expect(rig.simulator.account.getIpAddress(id)?.server).toBe(mail);
    expect(rig.requests().filter((request) => request.startsWith("DELETE"))).toHaveLength(1);
  });

  test.each<[string, (account: Simulator["account"], id: string) => void]>([
    ["404", (account, id) => account.releaseIpAddress(id)],
    ["403", (account, id) => account.giveIpAddressAway(id)],
  ])("whose repeated release is answered %s succeeds", async (status, happen) => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web });
    rig.simulator.faults.add({ kind: "drop", when: "before-effect", method: "DELETE" });
    rig.simulator.faults.add({ kind: "act", method: "DELETE", act: (account) => happen(account, id) });
    await rig.destroy(id, state);
    const deletes = rig.simulator.requests.filter(({ method }) => method === "DELETE");
    expect(deletes.map((request) => request.status)).toEqual([0, Number(status)]);
  });

  test("of two resources with the same address sends one release, since UpCloud may assign it to anybody after that", async () => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web });
    await Promise.all([rig.destroy(id, state), rig.provider.delete(id, state)]);
    expect(rig.requests().filter((request) => request.startsWith("DELETE"))).toHaveLength(1);
  });

  test("of two resources with the same address sends another release where the first one is refused", async () => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web });
    rig.simulator.faults.add({ kind: "error", method: "DELETE", status: 403, errorCode: "ACTION_FORBIDDEN" });
    const deletes = await Promise.allSettled([rig.destroy(id, state), rig.provider.delete(id, state)]);
    expect(deletes.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(rig.simulator.account.getIpAddress(id)).toBeUndefined();
  });

  test("that cannot tell whose address it is releases nothing", async () => {
    const rig = await LifecycleRig.start();
    const { id, state } = await rig.create({ server: web });
    rig.simulator.faults.add({ kind: "drop", when: "before-effect", method: "GET", times: 5 });
    await expect(rig.destroy(id, state)).rejects.toThrow("UpCloud did not respond to GET");
    expect(rig.simulator.account.getIpAddress(id)).toBeDefined();
  });
});
