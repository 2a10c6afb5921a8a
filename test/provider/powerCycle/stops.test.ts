import { ServerBusyError, ServerRunsError } from "../../../src/provider/powerCycle/errors";
import { mail, web } from "../../support/demoServers";
import { endRigs, PowerCycleRig } from "./support/powerCycleRig";

afterEach(endRigs);

test("a guest that does not shut down is stopped hard by UpCloud when the time is over", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.account.setGuest(mail, { acpi: false });
  const before = rig.simulator.clock.now();
  await rig.assign({ powerCycle: { stopType: "soft", timeoutSeconds: 60 } });
  expect(rig.simulator.clock.now() - before).toBeGreaterThan(60_000);
  expect(rig.writes()).toEqual({ "stop 200": expect.any(Number), "ip_address 201": 1, "start 200": 1 });
});

test("a timeout before the server has stopped is reported, and the server runs in the end", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.account.setGuest(mail, { acpi: false });
  const abort = new AbortController();
  rig.onSleep = { act: () => abort.abort() };
  const failure = rig.assign({ signal: abort.signal });
  await expect(failure).rejects.toThrow(ServerBusyError);
  await expect(failure).rejects.toThrow(/^Server "mail" .* was still started when the time .* was over: run again/);
  expect(rig.writes()).toEqual({ "stop 200": 1, "start 200": 1 });
  expect(rig.stateOf(mail)).toBe("started");
});

test("a server that somebody starts before the change is stopped again", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.faults.add({
    kind: "act",
    method: "POST",
    path: "/ip_address",
    act: (account) => account.startServer(mail),
  });
  await rig.assign();
  expect(rig.writes()).toEqual({ "stop 200": 2, "ip_address 409": 1, "ip_address 201": 1, "start 200": 1 });
  expect(rig.stateOf(mail)).toBe("started");
});

test("maintenance is waited out before the server is stopped", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.account.setServerState(mail, "maintenance", { state: "started", afterMs: 20_000 });
  await rig.assign();
  expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 1, "start 200": 1 });
});

test("a rate-limited stop does not count as a stop", async () => {
  const rig = await PowerCycleRig.start();
  // Longer than the client itself waits.
  rig.simulator.faults.add({ kind: "rate-limit", method: "POST", path: "/server/*/stop", retryAfterSeconds: 60 });
  rig.simulator.faults.add({
    kind: "act",
    method: "GET",
    path: "/server/*",
    skip: 1,
    act: (account) => account.stopServer(mail),
  });
  await rig.assign();
  expect(rig.writes()).toEqual({ "stop 429": 1, "ip_address 201": 1 });
  expect(rig.stateOf(mail)).toBe("stopped");
});

test.each([
  ["half a body", { kind: "half-body" }],
  ["nothing", { kind: "drop", when: "after-effect" }],
] as const)("a server is started in the end when its stop was answered with %s", async (_, fault) => {
  const rig = await PowerCycleRig.start({ rules: { softStopMs: 1000 } });
  rig.simulator.faults.add({ ...fault, method: "POST", path: "/server/*/stop" });
  await rig.assign();
  expect(rig.stateOf(mail)).toBe("started");
});

test("a stop that the user has no right to fails at once", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.faults.add({
    kind: "error",
    method: "POST",
    path: "/server/*/stop",
    status: 403,
    errorCode: "ACTION_FORBIDDEN",
  });
  const before = rig.simulator.clock.now();
  await expect(rig.assign({ powerCycle: { timeoutSeconds: 600 } })).rejects.toThrow("lacks permission for this action");
  expect(rig.simulator.clock.now() - before).toBeLessThan(10_000);
  expect(rig.writes()).toEqual({ "stop 403": 1 });
});

test("a stop that is refused because of the server's state is sent again at the next look", async () => {
  const rig = await PowerCycleRig.start();
  const illegal = { kind: "error", status: 409, errorCode: "SERVER_STATE_ILLEGAL" } as const;
  rig.simulator.faults.add({ ...illegal, method: "POST", path: "/server/*/stop" });
  await rig.assign();
  expect(rig.writes()).toEqual({ "stop 409": 1, "stop 200": 1, "ip_address 201": 1, "start 200": 1 });
  expect(rig.simulator.clock.now()).toBeLessThan(40_000);
});

test("a server that its owner stops at the same moment is not started", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.faults.add({
    kind: "act",
    method: "POST",
    path: "/server/*/stop",
    act: (account) => account.stopServer(mail),
  });
  await rig.assign();
  expect(rig.writes()).toEqual({ "stop 409": 1, "ip_address 201": 1 });
  expect(rig.stateOf(mail)).toBe("stopped");
});

test("a server in the state error is reported after two minutes", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.account.setServerState(mail, "error");
  await expect(rig.assign()).rejects.toThrow('is in the state "error", in which its addresses cannot be changed');
  expect(rig.simulator.clock.now()).toBeLessThan(4 * 60_000);
});

describe("without powerCycle", () => {
  test("a running server is left alone, and the error names its state and the two remedies", async () => {
    const rig = await PowerCycleRig.start();
    const failure = rig.assign({ powerCycle: false });
    await expect(failure).rejects.toThrow(ServerRunsError);
    await expect(failure).rejects.toThrow(
      /server "mail" \(009d64ef-.*\) is started \(SERVER_STATE_ILLEGAL\): stop it and run again, or set `powerCycle: true`/,
    );
    expect(rig.writes()).toEqual({ "ip_address 409": 1 });
  });

  test("a server in maintenance is waited for until it is stopped", async () => {
    const rig = await PowerCycleRig.start();
    rig.simulator.account.setServerState(mail, "maintenance", { state: "stopped", afterMs: 20_000 });
    await rig.assign({ powerCycle: false });
    expect(rig.writes()).toMatchObject({ "ip_address 201": 1 });
    expect(rig.stateOf(mail)).toBe("stopped");
  });

  test("a refusal although the server is stopped is believed after a few attempts", async () => {
    const rig = await PowerCycleRig.start();
    for (const { address } of rig.simulator.account.listIpAddresses(web).slice(1)) {
      rig.simulator.account.releaseIpAddress(address);
    }
    const [last] = rig.simulator.account.listIpAddresses(web);
    const signal = new AbortController().signal;
    const release = rig.cycles.withServerStopped({ server: web, purpose: "release", powerCycle: false, signal }, () =>
      rig.client.ipAddresses.release(last?.address ?? ""),
    );
    await expect(release).rejects.toThrow(/although it is stopped: a server keeps at least one address/);
    expect(rig.addressesOf(web)).toBe(1);
  });
});

test("progress lines name the server and what they wait for, at most every ten seconds", async () => {
  const rig = await PowerCycleRig.start();
  rig.simulator.account.setGuest(mail, { acpi: false });
  await rig.assign();
  expect(rig.said[0]).toBe(`stopping server "mail", hard stop after 120 s (${mail})`);
  const waits = rig.said.slice(1, -2);
  const lineOfWait = /^waiting until server "mail" is stopped, \d+ s so far \(009d64ef-.*\)$/;
  expect(waits.filter((line) => !lineOfWait.test(line))).toEqual([]);
  expect(waits.length).toBeGreaterThan(5);
  expect(waits.length).toBeLessThan(14);
  expect(rig.said.at(-2)).toBe(`starting server "mail" again (${mail})`);
  expect(rig.said.at(-1)).toMatch(/^server "mail": off for \d\.\d s for 1 address, running again \(009d64ef-.*\)$/);
});
