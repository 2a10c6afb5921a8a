import { createClient } from "../../../src/api/client";
import { RestartError } from "../../../src/provider/powerCycle/errors";
import { mail } from "../../support/demoServers";
import { always } from "../../support/faults";
import { endRigs, PowerCycleRig } from "./support/powerCycleRig";

afterEach(endRigs);

test("a change that UpCloud refuses leaves the server running", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.account.credits = 0;
  await expect(rig.assign()).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS" });
  expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 402": 1, "start 200": 1 });
  expect(rig.stateOf(mail)).toBe("started");
});

test("a failed change prevents neither the other changes nor the start", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.faults.add({ kind: "error", method: "POST", path: "/ip_address", status: 500 });
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => rig.assign()));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
  expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 2, "ip_address 500": 1, "start 200": 1 });
});

const restartErrorOf = async (change: Promise<unknown>): Promise<RestartError> => {
  const error = await change.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RestartError);
  return error as RestartError;
};

test("a start that UpCloud refuses is thrown with the change's result", async () => {
  const rig = await PowerCycleRig.start();
  const refusal = { kind: "error", status: 402, errorCode: "INSUFFICIENT_CREDITS" } as const;
  rig.simulator.faults.add({ ...refusal, method: "POST", path: "/server/*/start" });
  const restartError = await restartErrorOf(rig.assign());
  expect(restartError.completed?.value).toMatchObject({ server: mail });
  expect(restartError.message).toContain(
    `Server "mail" (${mail}) was stopped to change its addresses and could not be started`,
  );
  expect(restartError.message).toContain(`upctl server start ${mail}`);
  expect(rig.stateOf(mail)).toBe("stopped");
});

test("a refused change and a refused start are reported in one error", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.account.credits = 0;
  rig.simulator.faults.add({
    kind: "error",
    method: "POST",
    path: "/server/*/start",
    status: 403,
    errorCode: "ACTION_FORBIDDEN",
  });
  await expect(rig.assign()).rejects.toThrow(/too few credits .* In addition: Server .* could not be started again/s);
});

test.each([
  ["is lost", { kind: "drop", when: "after-effect" }],
  ["never reached UpCloud", { kind: "drop", when: "before-effect" }],
  ["is 503", { kind: "error", status: 503 }],
  ["is refused for the server's state", { kind: "error", status: 409, errorCode: "SERVER_STATE_ILLEGAL" }],
] as const)("a start whose answer %s is checked with another look at the server", async (_, fault) => {
  const rig = await PowerCycleRig.start();
  rig.simulator.faults.add({ ...fault, method: "POST", path: "/server/*/start" });
  expect(await rig.assign()).toMatchObject({ server: mail });
  expect(rig.stateOf(mail)).toBe("started");
});

test("a start that fails for good is given up after a quarter of an hour", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.faults.add({ kind: "error", status: 503, method: "POST", path: "/server/*/start", times: always });
  const restartError = await restartErrorOf(rig.assign());
  expect(restartError.message).toContain("503");
  expect(rig.simulator.clock.now()).toBeGreaterThan(15 * 60_000);
  expect(rig.simulator.clock.now()).toBeLessThan(17 * 60_000);
});

test("a server that does not boot is reported with its state after two minutes", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.account.setGuest(mail, { boots: false });
  const before = rig.simulator.clock.now();
  const restartError = await restartErrorOf(rig.assign());
  expect(restartError.message).toContain('could not be started again: its state is still "error".');
  expect(rig.simulator.clock.now() - before).toBeLessThan(4 * 60_000);
});

describe("passing faults", () => {
  /** How often the client itself tries each look. */
  const tries = 5;
  const failingLooks = (looks: number) =>
    ({ kind: "error", method: "GET", path: "/server/*", status: 503, times: looks * tries }) as const;

  test("while the server stops lead to another look", async () => {
    const rig = await PowerCycleRig.start();
    rig.simulator.faults.add({ ...failingLooks(3), skip: 1 });
    await rig.assign();
    expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 1, "start 200": 1 });
  });

  test("that persist while the server stops fail the change, and the server is started anyway", async () => {
    const rig = await PowerCycleRig.start();
    rig.simulator.faults.add({ ...failingLooks(6), skip: 1 });
    await expect(rig.assign()).rejects.toThrow("503");
    expect(rig.writes()).toEqual({ "stop 200": 1, "start 200": 1 });
    expect(rig.stateOf(mail)).toBe("started");
  });

  test("after a start whose answer was lost do not leave the server off", async () => {
    const rig = await PowerCycleRig.start();
    rig.simulator.faults.add({ kind: "drop", when: "before-effect", method: "POST", path: "/server/*/start" });
    rig.simulator.faults.add({
      kind: "act",
      method: "POST",
      path: "/ip_address",
      act: () => rig.simulator.faults.add(failingLooks(4)),
    });
    expect(await rig.assign()).toMatchObject({ server: mail });
    expect(rig.stateOf(mail)).toBe("started");
  });
});

test.each(["stop", "start"] as const)("a %s that cannot connect is sent again at the next look", async (verb) => {
  const rig = await PowerCycleRig.start();
  const { credentials } = rig.simulator;
  const options = { credentials, apiVersion: "1.2", requestTimeoutMs: 5000, sleep: rig.timer.sleep } as const;
  // Nothing listens there.
  const nowhere = createClient({ ...options, baseUrl: "http://127.0.0.1:1" });
  const listening = { ...rig.client.servers };
  const once = (...asked: unknown[]) => {
    Object.assign(rig.client.servers, listening);
    return Reflect.apply(nowhere.servers[verb], undefined, asked);
  };
  Object.assign(rig.client.servers, { [verb]: once });
  expect(await rig.assign()).toMatchObject({ server: mail });
  await nowhere.close();
  expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 1, "start 200": 1 });
  expect(rig.simulator.clock.now()).toBeLessThan(60_000);
});
