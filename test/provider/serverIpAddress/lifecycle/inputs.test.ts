import { absent, mail, web } from "../../../support/demoServers";
import { always } from "../../../support/faults";
import { line } from "../../../support/operation";
import { endRig, LifecycleRig } from "./support/lifecycleRig";

afterEach(endRig);

test("null inside powerCycle and timeouts counts as left out", async () => {
  const rig = await LifecycleRig.start();
  const { inputs } = await rig.provider.check(
    {},
    { server: web, powerCycle: { stopType: null, timeoutSeconds: null }, timeouts: { create: null } },
  );
  expect(inputs).toMatchObject({ powerCycle: {}, timeouts: {} });
});

test("an obsolete API 1.2 is replaced by 1.3 with one notice, and the state has the properties of 1.3", async () => {
  const rig = await LifecycleRig.start({ rules: { api12: "obsolete" } });
  const { id, state } = await rig.create({ server: web, ptrRecord: "a.example.com" });
  expect(state).toMatchObject({ zone: "de-fra1", mac: expect.any(String) });
  await rig.create({ server: web });
  expect(rig.machine.said).toEqual([
    "UpCloud no longer supports API 1.2: using 1.3 instead. Set upcloud:apiVersion to 1.3.",
  ]);
  await rig.destroy(id, state);
});

test("powerCycle of the stack may be an object, and the resource's own value wins", async () => {
  const rig = await LifecycleRig.start({}, "1.2", { "upcloud:powerCycle": '{ "stopType": "hard" }' });
  expect(rig.session.defaultPowerCycle()).toEqual({ stopType: "hard" });
  await expect(rig.create({ server: mail, powerCycle: false })).rejects.toThrow("SERVER_STATE_ILLEGAL");
});

test("check removes the program's hints from the inputs", async () => {
  const rig = await LifecycleRig.start();
  const __program = JSON.stringify({ preview: false, onServer: 1 });
  const { inputs } = await rig.provider.check({}, { ...line, __program, server: web });
  expect(inputs).toEqual({ server: web, family: "IPv4", access: "public" });
});

test("check works with hints that are still unknown", async () => {
  const rig = await LifecycleRig.start();
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const { inputs, failures } = await rig.provider.check({}, { ...line, __program: unknown, server: unknown });
  expect([inputs, failures]).toEqual([{ server: unknown, family: "IPv4", access: "public", __creation: unknown }, []]);
});

describe("a preview", () => {
  const preview = ({ provider }: LifecycleRig, server: string) =>
    provider.check({}, { ...line, __program: JSON.stringify({ preview: true, onServer: 1 }), server });

  test("warns of a server that is not there, that runs, and that is full, each once, from two requests", async () => {
    const rig = await LifecycleRig.start();
    for (let i = 0; i < 4; i++) rig.simulator.account.assignIpAddress({ server: web });
    for (const server of [absent, absent, mail, mail, web, web]) await preview(rig, server);
    expect(rig.machine.said).toHaveLength(3);
    expect(rig.machine.said[0]).toContain(`there is no server ${absent} in the UpCloud account`);
    expect(rig.machine.said[1]).toContain(`server "mail" (${mail}) is started`);
    expect(rig.machine.said[2]).toContain(
      `server "web" (${web}) has 5 public IPv4 addresses, and the program adds more than UpCloud may allow`,
    );
    expect(rig.requests().sort()).toEqual(["GET /1.2/ip_address", "GET /1.2/server"]);
  });

  test("says once that it could not ask when UpCloud does not answer", async () => {
    const rig = await LifecycleRig.start();
    rig.simulator.faults.add({ kind: "error", status: 500, times: always });
    expect((await preview(rig, mail)).failures).toEqual([]);
    expect(rig.machine.said).toEqual([
      expect.stringMatching(/^warning: not checked against the account: UpCloud had an/),
    ]);
  });
});
