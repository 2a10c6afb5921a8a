import { web } from "../../../support/demoServers";
import { line } from "../../../support/operation";
import { endRig, LifecycleRig } from "./support/lifecycleRig";

afterEach(endRig);

describe("a PTR record", () => {
  test("that is declared as it already is needs no request", async () => {
    const rig = await LifecycleRig.start();
    const { id, state, inputs } = await rig.create({ server: web });
    const news = await rig.inputsOf(inputs, { server: web, ptrRecord: state.ptrRecord });
    expect(await rig.provider.diff(id, state, news)).toEqual({ changes: true });
    rig.simulator.clearRequests();
    const { outs } = await rig.provider.update(id, state, news);
    expect(rig.requests()).toEqual([]);
    expect(outs).toMatchObject({ managesPtrRecord: true });
  });

  test("that UpCloud serves in other letters is no change", async () => {
    const rig = await LifecycleRig.start();
    const { id, state, inputs } = await rig.create({ server: web, ptrRecord: "mail.example.com" });
    const served = { ...state, ptrRecord: "Mail.Example.com." };
    expect(await rig.provider.diff(id, served, inputs)).toEqual({ changes: false });
  });

  test("of an address that is gone fails with what to do", async () => {
    const rig = await LifecycleRig.start();
    const { id, state, inputs } = await rig.create({ server: web });
    rig.simulator.account.releaseIpAddress(id);
    const news = await rig.inputsOf(inputs, { server: web, ptrRecord: "a.example.com" });
    await expect(rig.provider.update(id, state, news)).rejects.toThrow("run `pulumi refresh`, then `pulumi up`");
  });

  test("that is refused on create is saved with id, properties and the line that names the lifecycle", async () => {
    const rig = await LifecycleRig.start();
    rig.simulator.faults.add({ kind: "error", method: "PUT", status: 400, errorCode: "PTR_RECORD_INVALID" });
    const failure = await rig.create({ server: web, ptrRecord: "a.example.com" }).catch((error) => error);
    const [address] = rig.simulator.account.listIpAddresses(web).slice(-1);
    expect(failure).toMatchObject({
      id: address?.address,
      properties: { ...line, server: web, family: "IPv4", ptrRecord: address?.ptrRecord, managesPtrRecord: true },
      reasons: [failure.message],
    });
  });
});

describe("the internal network", () => {
  test.each(["1.2", "1.3"] as const)(
    "is called by either word in API %s, and the words are the same",
    async (version) => {
      const rig = await LifecycleRig.start(
        { seed: { servers: [{ uuid: web, title: "web", state: "stopped", ipAddresses: [{}] }] } },
        version,
      );
      const { id, state, inputs } = await rig.create({ server: web, access: "utility" });
      expect(state).toMatchObject({ access: "utility", ptrRecord: "", defaultPtrRecord: "" });
      expect(
        await rig.provider.diff(id, state, await rig.inputsOf(inputs, { server: web, access: "private" })),
      ).toEqual({
        changes: false,
      });
      expect((await rig.provider.read(id, state)).props).toEqual(state);
    },
  );

  test("is not released: the error says what to do, and no server is stopped", async () => {
    const rig = await LifecycleRig.start({
      seed: { servers: [{ uuid: web, title: "web", state: "started", ipAddresses: [{}] }] },
    });
    rig.simulator.account.stopServer(web);
    const { id, state } = await rig.create({ server: web, access: "private", powerCycle: true });
    rig.simulator.account.startServer(web);
    rig.simulator.clearRequests();
    await expect(rig.destroy(id, state)).rejects.toThrow("`retainOnDelete: true`");
    expect(rig.requests().filter((request) => request.startsWith("POST"))).toEqual([]);
  });
});
