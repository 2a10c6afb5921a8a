import { setTimeout as wait } from "node:timers/promises";
import { RestartError } from "../../../src/provider/powerCycle/errors";
import { mail, web } from "../../support/demoServers";
import { endRigs, PowerCycleRig, quick } from "./support/powerCycleRig";

afterEach(endRigs);

test("four changes at once share one stop and one start", async () => {
  const rig = await PowerCycleRig.start();
  await Promise.all([1, 2, 3, 4].map(() => rig.assign()));
  expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 4, "start 200": 1 });
  expect(rig.stateOf(mail)).toBe("started");
});

test("a server that is stopped is neither stopped nor started", async () => {
  const rig = await PowerCycleRig.start();
  await Promise.all([rig.assign({ server: web }), rig.assign({ server: web })]);
  expect(rig.writes()).toEqual({ "ip_address 201": 2 });
  expect(rig.stateOf(web)).toBe("stopped");
});

test("servers are stopped independently of each other", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.account.startServer(web);
  await Promise.all([rig.assign(), rig.assign({ server: web })]);
  expect(rig.writes()).toEqual({ "stop 200": 2, "ip_address 201": 2, "start 200": 2 });
});

test("a change that joins before the server is started makes the start its own duty", async () => {
  const rig = await PowerCycleRig.start(quick);
  rig.creates.recordCheck(mail, { onServer: 4 }, false);
  const change = () => rig.assign();
  await rig.twoBeforeALateOne(change, "POST", change);
  expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 3, "start 200": 1 });
  expect(rig.stateOf(mail)).toBe("started");
});

test("a server stays stopped while a late change is still under way", async () => {
  const rig = await PowerCycleRig.start(quick);
  const takesLonger = {
    server: mail,
    purpose: "assign",
    powerCycle: true,
    signal: new AbortController().signal,
  } as const;
  const slowly = async () => {
    await wait(100);
    return rig.client.ipAddresses.assign({ server: mail, family: "IPv4", access: "public" });
  };
  rig.creates.recordCheck(mail, { onServer: 4 }, false);
  await rig.twoBeforeALateOne(
    () => rig.assign(),
    "POST",
    () => rig.cycles.withServerStopped(takesLonger, slowly),
  );
  expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 3, "start 200": 1 });
  expect(rig.stateOf(mail)).toBe("started");
});

test("two changes that both wait for late ones send one start", async () => {
  const rig = await PowerCycleRig.start(quick);
  rig.creates.recordCheck(mail, { onServer: 4 }, false);
  // The other one has waited too before the start is answered.
  rig.simulator.faults.add({ kind: "delay", ms: 100, method: "POST", path: "/server/*/start" });
  const change = () => rig.assign();
  await rig.twoBeforeALateOne(change, "POST", change);
  expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 3, "start 200": 1 });
});

test("a change that comes during the start stops the server again afterwards", async () => {
  const rig = await PowerCycleRig.start();
  let late: Promise<unknown> | undefined;
  rig.simulator.faults.add({
    kind: "act",
    method: "POST",
    path: "/server/*/start",
    act: () => {
      late ??= rig.assign();
    },
  });
  await rig.assign();
  await late;
  expect(rig.writes()).toEqual({ "stop 200": 2, "ip_address 201": 2, "start 200": 2 });
  expect(rig.stateOf(mail)).toBe("started");
});

test("a short timeout of one change does not end the others", async () => {
  const rig = await PowerCycleRig.start();
  const abort = new AbortController();
  rig.onSleep = { act: () => abort.abort() };
  const [short, long] = await Promise.allSettled([rig.assign({ signal: abort.signal }), rig.assign()]);
  expect([short.status, long.status]).toEqual(["rejected", "fulfilled"]);
  expect(rig.stateOf(mail)).toBe("started");
});

test("the failed start of a server that was left stopped is reported to all that wait for it", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.account.stopServer(mail);
  rig.simulator.faults.add({
    kind: "error",
    method: "POST",
    path: "/server/*/start",
    status: 403,
    errorCode: "ACTION_FORBIDDEN",
  });
  const [assigned, again] = await Promise.allSettled([rig.assign(), rig.cycles.restart(mail)]);
  const rejected = { status: "rejected", reason: expect.any(RestartError) };
  expect([assigned, again]).toEqual([rejected, rejected]);
  expect(assigned).toMatchObject({ reason: { completed: { value: { server: mail } } } });
});

test("a first look that is answered late does not hide that the server was stopped", async () => {
  const rig = await PowerCycleRig.start({ rules: { requestMs: 5, softStopMs: 100 } });
  rig.creates.recordCheck(mail, { onServer: 2 }, true);
  rig.creates.recordCheck(mail, { onServer: 2 }, true);
  const { get } = rig.client.servers;
  let held: Promise<unknown> = wait(150);
  rig.client.servers.get = async (uuid, signal) => {
    const answer = await get(uuid, signal);
    const waitFor = held;
    held = Promise.resolve();
    await waitFor;
    return answer;
  };
  const first = rig.assign();
  rig.creates.recordCreate(mail);
  await Promise.all([first, rig.assign()]);
  expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 2, "start 200": 1 });
});

test("restart starts a server that an earlier operation left stopped, and leaves a running one alone", async () => {
  const rig = await PowerCycleRig.start();
  await rig.cycles.restart(mail);
  expect(rig.writes()).toEqual({});
  rig.simulator.account.stopServer(mail);
  await rig.cycles.restart(mail);
  expect(rig.writes()).toEqual({ "start 200": 1 });
});

test("restart waits for a change of the server that is under way", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.account.stopServer(mail);
  await Promise.all([rig.assign(), rig.cycles.restart(mail)]);
  expect(rig.writes()).toEqual({ "ip_address 201": 1, "start 200": 1 });
  expect(rig.stateOf(mail)).toBe("started");
});

test("two stacks that change the same running server both succeed and leave it running", async () => {
  for (let offset = 0; offset < 20; offset++) {
    const rig = await PowerCycleRig.start({
      rules: { startAnswers: offset % 2 === 0 ? "started" : "maintenance", startMs: 300 * offset },
    });
    const other = rig.another();
    const late = (async () => {
      for (let i = 0; i < offset; i++) await wait(1);
      return Promise.all([other.assign(), other.assign()]);
    })();
    await Promise.all([rig.assign(), rig.assign(), late]);
    rig.simulator.clock.advance(60_000);
    expect([offset, rig.stateOf(mail), rig.addressesOf(mail)]).toEqual([offset, "started", 7]);
  }
});
