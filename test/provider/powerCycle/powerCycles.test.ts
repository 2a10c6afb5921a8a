import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createClient, type UpCloudClient } from "../../../src/api/client";
import { OperationChanges } from "../../../src/journal/operationChanges";
import { PendingRestarts } from "../../../src/journal/pendingRestarts";
import type { PowerCycleInput } from "../../../src/model/inputs";
import { RestartError, ServerBusyError, ServerRunsError } from "../../../src/provider/powerCycle/errors";
import { ExpectedCreates } from "../../../src/provider/powerCycle/expectedCreates";
import { ExpectedReleases } from "../../../src/provider/powerCycle/expectedReleases";
import { PowerCycles } from "../../../src/provider/powerCycle/powerCycles";
import { Progress } from "../../../src/provider/runtime/progress";
import type { Timer } from "../../../src/provider/runtime/timer";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../../src/simulator";
import { mail, web } from "../../support/demoServers";
import { always, requireFaultsMet } from "../../support/faults";

let simulator: Simulator;
let client: UpCloudClient;
let said: string[];
/** What happens the next time somebody waits, if given so long. */
let onSleep: { ms?: number; act: () => void } | undefined;

/** For tests in which the idle time of the engine matters. */
const quick: SimulatorOptions = { rules: { requestMs: 100 } };

/** The simulator's clock, so that minutes of waiting pass in milliseconds. */
const timer: Timer = {
  now: () => simulator.clock.now(),
  async sleep(ms, signal) {
    if (onSleep !== undefined && ms === (onSleep.ms ?? ms)) {
      const { act } = onSleep;
      onSleep = undefined;
      act();
    }
    if (signal?.aborted) return;
    simulator.clock.advance(ms);
    await wait(ms < 100 ? 1 : 3);
  },
};

async function start(options: SimulatorOptions = {}) {
  simulator = await startSimulator(options);
  const { url: baseUrl, credentials } = simulator;
  client = createClient({
    baseUrl,
    credentials: { token: credentials.token },
    apiVersion: "1.2",
    requestTimeoutMs: 5000,
    sleep: timer.sleep,
  });
  said = [];
  onSleep = undefined;
  return stack();
}
let plan: ExpectedCreates;
let releases: ExpectedReleases;
const folder = mkdtempSync(join(tmpdir(), "stopped-servers-"));
afterAll(() => rmSync(folder, { recursive: true }));
const stack = () => {
  const self = { id: process.pid, run: randomUUID(), host: "this machine" };
  const owedStarts = new PendingRestarts(folder, self, () => true);
  const processes = new OperationChanges(folder, self, () => true);
  plan = new ExpectedCreates(timer.now, processes);
  releases = new ExpectedReleases();
  const progress = new Progress((line) => said.push(line), timer.now);
  return new PowerCycles(client.servers, progress, timer, { creates: plan, releases }, owedStarts, processes);
};

afterEach(async () => {
  await client.close();
  await simulator.stop();
  requireFaultsMet(simulator);
});

const assign = (
  servers: PowerCycles,
  { server = mail, powerCycle = true as PowerCycleInput, signal = new AbortController().signal } = {},
) =>
  servers.withServerStopped({ server, purpose: "assign", powerCycle, signal }, () =>
    client.ipAddresses.assign({ server, family: "IPv4", access: "public" }, signal),
  );

/** Two changes of which the second one waits for late ones, since the first one has just returned to the engine. */
function twoBeforeALateOne(change: () => Promise<unknown>, method: string, late: () => Promise<unknown>) {
  let third: Promise<unknown> | undefined;
  const path = method === "POST" ? "/ip_address" : "/ip_address/*";
  const act = () => {
    onSleep = {
      ms: 50,
      act: () => {
        third = late();
      },
    };
  };
  simulator.faults.add({ kind: "act", method, path, act });
  return Promise.all([change(), change()]).then(async () => {
    expect(third).toBeDefined();
    await third;
  });
}

/** How often something other than a read was asked for. */
const writes = () => {
  const counts: Record<string, number> = {};
  for (const { method, path, status } of simulator.requests) {
    if (method === "GET") continue;
    const what = `${path.split("/").at(-1)} ${status}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
};
const stateOf = (server: string) => simulator.account.getServer(server)?.state;
const addressesOf = (server: string) => simulator.account.listIpAddresses(server).length;

test("four changes at once share one stop and one start", async () => {
  const servers = await start();
  await Promise.all([1, 2, 3, 4].map(() => assign(servers)));
  expect(writes()).toEqual({ "stop 200": 1, "ip_address 201": 4, "start 200": 1 });
  expect(stateOf(mail)).toBe("started");
});

test("a server that is stopped is neither stopped nor started", async () => {
  const servers = await start();
  await Promise.all([assign(servers, { server: web }), assign(servers, { server: web })]);
  expect(writes()).toEqual({ "ip_address 201": 2 });
  expect(stateOf(web)).toBe("stopped");
});

test("servers are stopped independently of each other", async () => {
  const servers = await start();
  simulator.account.startServer(web);
  await Promise.all([assign(servers), assign(servers, { server: web })]);
  expect(writes()).toEqual({ "stop 200": 2, "ip_address 201": 2, "start 200": 2 });
});

test("a change that joins before the server is started makes the start its own duty", async () => {
  const servers = await start(quick);
  plan.recordCheck(mail, { onServer: 4 }, false);
  const change = () => assign(servers);
  await twoBeforeALateOne(change, "POST", change);
  expect(writes()).toEqual({ "stop 200": 1, "ip_address 201": 3, "start 200": 1 });
  expect(stateOf(mail)).toBe("started");
});

test("a server stays stopped while a late change is still under way", async () => {
  const servers = await start(quick);
  const takesLonger = {
    server: mail,
    purpose: "assign",
    powerCycle: true,
    signal: new AbortController().signal,
  } as const;
  const slowly = async () => {
    await wait(100);
    return client.ipAddresses.assign({ server: mail, family: "IPv4", access: "public" });
  };
  plan.recordCheck(mail, { onServer: 4 }, false);
  await twoBeforeALateOne(
    () => assign(servers),
    "POST",
    () => servers.withServerStopped(takesLonger, slowly),
  );
  expect(writes()).toEqual({ "stop 200": 1, "ip_address 201": 3, "start 200": 1 });
  expect(stateOf(mail)).toBe("started");
});

test("two changes that both wait for late ones send one start", async () => {
  const servers = await start(quick);
  plan.recordCheck(mail, { onServer: 4 }, false);
  // The other one has waited too before the start is answered.
  simulator.faults.add({ kind: "delay", ms: 100, method: "POST", path: "/server/*/start" });
  const change = () => assign(servers);
  await twoBeforeALateOne(change, "POST", change);
  expect(writes()).toEqual({ "stop 200": 1, "ip_address 201": 3, "start 200": 1 });
});

test("a change that comes during the start stops the server again afterwards", async () => {
  const servers = await start();
  let late: Promise<unknown> | undefined;
  simulator.faults.add({
    kind: "act",
    method: "POST",
    path: "/server/*/start",
    act: () => {
      late ??= assign(servers);
    },
  });
  await assign(servers);
  await late;
  expect(writes()).toEqual({ "stop 200": 2, "ip_address 201": 2, "start 200": 2 });
  expect(stateOf(mail)).toBe("started");
});

test("a change that UpCloud refuses leaves the server running", async () => {
  const servers = await start();
  simulator.account.credits = 0;
  await expect(assign(servers)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS" });
  expect(writes()).toEqual({ "stop 200": 1, "ip_address 402": 1, "start 200": 1 });
  expect(stateOf(mail)).toBe("started");
});

test("a failed change prevents neither the other changes nor the start", async () => {
  const servers = await start();
  simulator.faults.add({ kind: "error", method: "POST", path: "/ip_address", status: 500 });
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => assign(servers)));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
  expect(writes()).toEqual({ "stop 200": 1, "ip_address 201": 2, "ip_address 500": 1, "start 200": 1 });
});

const restartErrorOf = async (change: Promise<unknown>): Promise<RestartError> => {
  const error = await change.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RestartError);
  return error as RestartError;
};

test("a start that UpCloud refuses is thrown with the change's result", async () => {
  const servers = await start();
  const refusal = { kind: "error", status: 402, errorCode: "INSUFFICIENT_CREDITS" } as const;
  simulator.faults.add({ ...refusal, method: "POST", path: "/server/*/start" });
  const restartError = await restartErrorOf(assign(servers));
  expect(restartError.completed?.value).toMatchObject({ server: mail });
  expect(restartError.message).toContain(
    `Server "mail" (${mail}) was stopped to change its addresses and could not be started`,
  );
  expect(restartError.message).toContain(`upctl server start ${mail}`);
  expect(stateOf(mail)).toBe("stopped");
});

test("a refused change and a refused start are reported in one error", async () => {
  const servers = await start();
  simulator.account.credits = 0;
  simulator.faults.add({
    kind: "error",
    method: "POST",
    path: "/server/*/start",
    status: 403,
    errorCode: "ACTION_FORBIDDEN",
  });
  await expect(assign(servers)).rejects.toThrow(
    /too few credits .* In addition: Server .* could not be started again/s,
  );
});

test.each([
  ["is lost", { kind: "drop", when: "after-effect" }],
  ["never reached UpCloud", { kind: "drop", when: "before-effect" }],
  ["is 503", { kind: "error", status: 503 }],
  ["is refused for the server's state", { kind: "error", status: 409, errorCode: "SERVER_STATE_ILLEGAL" }],
] as const)("a start whose answer %s is checked with another look at the server", async (_, fault) => {
  const servers = await start();
  simulator.faults.add({ ...fault, method: "POST", path: "/server/*/start" });
  expect(await assign(servers)).toMatchObject({ server: mail });
  expect(stateOf(mail)).toBe("started");
});

test("a start that fails for good is given up after a quarter of an hour", async () => {
  const servers = await start();
  simulator.faults.add({ kind: "error", status: 503, method: "POST", path: "/server/*/start", times: always });
  const restartError = await restartErrorOf(assign(servers));
  expect(restartError.message).toContain("503");
  expect(simulator.clock.now()).toBeGreaterThan(15 * 60_000);
  expect(simulator.clock.now()).toBeLessThan(17 * 60_000);
});

test("a server that does not boot is reported with its state after two minutes", async () => {
  const servers = await start();
  simulator.account.setGuest(mail, { boots: false });
  const before = simulator.clock.now();
  const restartError = await restartErrorOf(assign(servers));
  expect(restartError.message).toContain('could not be started again: its state is still "error".');
  expect(simulator.clock.now() - before).toBeLessThan(4 * 60_000);
});

test("a guest that does not shut down is stopped hard by UpCloud when the time is over", async () => {
  const servers = await start();
  simulator.account.setGuest(mail, { acpi: false });
  const before = simulator.clock.now();
  await assign(servers, { powerCycle: { stopType: "soft", timeoutSeconds: 60 } });
  expect(simulator.clock.now() - before).toBeGreaterThan(60_000);
  expect(writes()).toEqual({ "stop 200": expect.any(Number), "ip_address 201": 1, "start 200": 1 });
});

test("a timeout before the server has stopped is reported, and the server runs in the end", async () => {
  const servers = await start();
  simulator.account.setGuest(mail, { acpi: false });
  const abort = new AbortController();
  onSleep = { act: () => abort.abort() };
  const failure = assign(servers, { signal: abort.signal });
  await expect(failure).rejects.toThrow(ServerBusyError);
  await expect(failure).rejects.toThrow(/^Server "mail" .* was still started when the time .* was over: run again/);
  expect(writes()).toEqual({ "stop 200": 1, "start 200": 1 });
  expect(stateOf(mail)).toBe("started");
});

test("a short timeout of one change does not end the others", async () => {
  const servers = await start();
  const abort = new AbortController();
  onSleep = { act: () => abort.abort() };
  const [short, long] = await Promise.allSettled([assign(servers, { signal: abort.signal }), assign(servers)]);
  expect([short.status, long.status]).toEqual(["rejected", "fulfilled"]);
  expect(stateOf(mail)).toBe("started");
});

test("a server that somebody starts before the change is stopped again", async () => {
  const servers = await start();
  simulator.faults.add({
    kind: "act",
    method: "POST",
    path: "/ip_address",
    act: (account) => account.startServer(mail),
  });
  await assign(servers);
  expect(writes()).toEqual({ "stop 200": 2, "ip_address 409": 1, "ip_address 201": 1, "start 200": 1 });
  expect(stateOf(mail)).toBe("started");
});

test("maintenance is waited out before the server is stopped", async () => {
  const servers = await start();
  simulator.account.setServerState(mail, "maintenance", { state: "started", afterMs: 20_000 });
  await assign(servers);
  expect(writes()).toEqual({ "stop 200": 1, "ip_address 201": 1, "start 200": 1 });
});

describe("passing faults", () => {
  /** How often the client itself tries each look. */
  const tries = 5;

  test("while the server stops lead to another look", async () => {
    const servers = await start();
    simulator.faults.add({ kind: "error", method: "GET", path: "/server/*", status: 503, times: 3 * tries, skip: 1 });
    await assign(servers);
    expect(writes()).toEqual({ "stop 200": 1, "ip_address 201": 1, "start 200": 1 });
  });

  test("that persist while the server stops fail the change, and the server is started anyway", async () => {
    const servers = await start();
    simulator.faults.add({ kind: "error", method: "GET", path: "/server/*", status: 503, times: 6 * tries, skip: 1 });
    await expect(assign(servers)).rejects.toThrow("503");
    expect(writes()).toEqual({ "stop 200": 1, "start 200": 1 });
    expect(stateOf(mail)).toBe("started");
  });

  test("after a start whose answer was lost do not leave the server off", async () => {
    const servers = await start();
    simulator.faults.add({ kind: "drop", when: "before-effect", method: "POST", path: "/server/*/start" });
    simulator.faults.add({
      kind: "act",
      method: "POST",
      path: "/ip_address",
      act: () =>
        simulator.faults.add({ kind: "error", method: "GET", path: "/server/*", status: 503, times: 4 * tries }),
    });
    expect(await assign(servers)).toMatchObject({ server: mail });
    expect(stateOf(mail)).toBe("started");
  });
});

test("the failed start of a server that was left stopped is reported to all that wait for it", async () => {
  const servers = await start();
  simulator.account.stopServer(mail);
  simulator.faults.add({
    kind: "error",
    method: "POST",
    path: "/server/*/start",
    status: 403,
    errorCode: "ACTION_FORBIDDEN",
  });
  const [assigned, again] = await Promise.allSettled([assign(servers), servers.restart(mail)]);
  const rejected = { status: "rejected", reason: expect.any(RestartError) };
  expect([assigned, again]).toEqual([rejected, rejected]);
  expect(assigned).toMatchObject({ reason: { completed: { value: { server: mail } } } });
});

test("a first look that is answered late does not hide that the server was stopped", async () => {
  const servers = await start({ rules: { requestMs: 5, softStopMs: 100 } });
  plan.recordCheck(mail, { onServer: 2 }, true);
  plan.recordCheck(mail, { onServer: 2 }, true);
  const { get } = client.servers;
  let held: Promise<unknown> = wait(150);
  client.servers.get = async (uuid, signal) => {
    const answer = await get(uuid, signal);
    const waitFor = held;
    held = Promise.resolve();
    await waitFor;
    return answer;
  };
  const first = assign(servers);
  plan.recordCreate(mail);
  await Promise.all([first, assign(servers)]);
  expect(writes()).toEqual({ "stop 200": 1, "ip_address 201": 2, "start 200": 1 });
});

test("a rate-limited stop does not count as a stop", async () => {
  const servers = await start();
  // Longer than the client itself waits.
  simulator.faults.add({ kind: "rate-limit", method: "POST", path: "/server/*/stop", retryAfterSeconds: 60 });
  simulator.faults.add({
    kind: "act",
    method: "GET",
    path: "/server/*",
    skip: 1,
    act: (account) => account.stopServer(mail),
  });
  await assign(servers);
  expect(writes()).toEqual({ "stop 429": 1, "ip_address 201": 1 });
  expect(stateOf(mail)).toBe("stopped");
});

test.each([
  ["half a body", { kind: "half-body" }],
  ["nothing", { kind: "drop", when: "after-effect" }],
] as const)("a server is started in the end when its stop was answered with %s", async (_, fault) => {
  const servers = await start({ rules: { softStopMs: 1000 } });
  simulator.faults.add({ ...fault, method: "POST", path: "/server/*/stop" });
  await assign(servers);
  expect(stateOf(mail)).toBe("started");
});

test.each(["stop", "start"] as const)("a %s that cannot connect is sent again at the next look", async (verb) => {
  const servers = await start();
  const gone = await startSimulator();
  await gone.stop();
  const options = { credentials: gone.credentials, apiVersion: "1.2", requestTimeoutMs: 5000 } as const;
  const nowhere = createClient({ ...options, baseUrl: gone.url, sleep: timer.sleep });
  const listening = { ...client.servers };
  const once = (...asked: unknown[]) => {
    Object.assign(client.servers, listening);
    return Reflect.apply(nowhere.servers[verb], undefined, asked);
  };
  Object.assign(client.servers, { [verb]: once });
  expect(await assign(servers)).toMatchObject({ server: mail });
  await nowhere.close();
  expect(writes()).toEqual({ "stop 200": 1, "ip_address 201": 1, "start 200": 1 });
  expect(simulator.clock.now()).toBeLessThan(60_000);
});

test("a stop that the user has no right to fails at once", async () => {
  const servers = await start();
  simulator.faults.add({
    kind: "error",
    method: "POST",
    path: "/server/*/stop",
    status: 403,
    errorCode: "ACTION_FORBIDDEN",
  });
  const before = simulator.clock.now();
  await expect(assign(servers, { powerCycle: { timeoutSeconds: 600 } })).rejects.toThrow(
    "lacks permission for this action",
  );
  expect(simulator.clock.now() - before).toBeLessThan(10_000);
  expect(writes()).toEqual({ "stop 403": 1 });
});

test("a stop that is refused because of the server's state is sent again at the next look", async () => {
  const servers = await start();
  const illegal = { kind: "error", status: 409, errorCode: "SERVER_STATE_ILLEGAL" } as const;
  simulator.faults.add({ ...illegal, method: "POST", path: "/server/*/stop" });
  await assign(servers);
  expect(writes()).toEqual({ "stop 409": 1, "stop 200": 1, "ip_address 201": 1, "start 200": 1 });
  expect(simulator.clock.now()).toBeLessThan(40_000);
});

test("a server that its owner stops at the same moment is not started", async () => {
  const servers = await start();
  simulator.faults.add({
    kind: "act",
    method: "POST",
    path: "/server/*/stop",
    act: (account) => account.stopServer(mail),
  });
  await assign(servers);
  expect(writes()).toEqual({ "stop 409": 1, "ip_address 201": 1 });
  expect(stateOf(mail)).toBe("stopped");
});

test("a server in the state error is reported after two minutes", async () => {
  const servers = await start();
  simulator.account.setServerState(mail, "error");
  await expect(assign(servers)).rejects.toThrow('is in the state "error", in which its addresses cannot be changed');
  expect(simulator.clock.now()).toBeLessThan(4 * 60_000);
});

test("restart starts a server that an earlier operation left stopped, and leaves a running one alone", async () => {
  const servers = await start();
  await servers.restart(mail);
  expect(writes()).toEqual({});
  simulator.account.stopServer(mail);
  await servers.restart(mail);
  expect(writes()).toEqual({ "start 200": 1 });
});

test("restart waits for a change of the server that is under way", async () => {
  const servers = await start();
  simulator.account.stopServer(mail);
  await Promise.all([assign(servers), servers.restart(mail)]);
  expect(writes()).toEqual({ "ip_address 201": 1, "start 200": 1 });
  expect(stateOf(mail)).toBe("started");
});

describe("addresses that the program declares together", () => {
  /** What check tells when the engine comes to a new address of a server that has so many in the program. */
  const checked = (server: string, onServer: number) => plan.recordCheck(server, { onServer }, true);
  /** Requests take hardly any time, so that it is the waiting that moves the clock. */
  const slowClock = { rules: { requestMs: 5 } };
  const create = (servers: PowerCycles, signal?: AbortSignal) => {
    plan.recordCreate(mail);
    return assign(servers, signal && { signal });
  };

  test("are waited for while the server runs", async () => {
    const servers = await start(slowClock);
    checked(mail, 2);
    const first = create(servers);
    await wait(20);
    expect(simulator.requests.some(({ method }) => method === "POST")).toBe(false);
    checked(mail, 2);
    await Promise.all([first, create(servers)]);
    expect(writes()).toEqual({ "stop 200": 1, "ip_address 201": 2, "start 200": 1 });
  });

  test("are not waited for when the engine sends no more", async () => {
    const servers = await start(slowClock);
    checked(mail, 3);
    await create(servers);
    expect(writes()).toEqual({ "stop 200": 1, "ip_address 201": 1, "start 200": 1 });
    expect(simulator.clock.now()).toBeLessThan(60_000);
  });

  test("are waited for until the operation's timeout, which then changes nothing", async () => {
    const servers = await start(slowClock);
    checked(mail, 3);
    const abort = new AbortController();
    onSleep = { ms: 50, act: () => abort.abort() };
    await expect(create(servers, abort.signal)).rejects.toThrow("could not be changed within the time");
    expect(writes()).toEqual({});
  });

  test("keep the server stopped only for a limited time when one of them does not come", async () => {
    const servers = await start(slowClock);
    simulator.account.startServer(web);
    checked(mail, 3);
    const first = create(servers);
    while (stateOf(mail) !== "stopped") await wait(5);
    // Another server keeps the engine busy for a long time.
    simulator.account.setGuest(web, { acpi: false });
    const other = assign(servers, { server: web, powerCycle: { timeoutSeconds: 600 } });
    const offSince = simulator.clock.now();
    checked(mail, 3);
    await Promise.all([first, create(servers)]);
    expect(simulator.clock.now() - offSince).toBeLessThan(150_000);
    await other;
    expect(writes()).toMatchObject({ "ip_address 201": 3 });
  });
});

describe("releases", () => {
  /** The addresses of the state, and how each is released in turn. */
  async function inState(count: number, servers: PowerCycles) {
    const ids = Array.from({ length: count }, () => simulator.account.assignIpAddress({ server: mail }).address);
    const state = { type: "ServerIpAddress", urn: "", server: mail, pendingDelete: false, external: false } as const;
    releases.recordState(ids.map((id) => ({ ...state, id })));
    const signal = new AbortController().signal;
    return async () => {
      const id = ids.shift() as string;
      releases.settle(id);
      const request = { server: mail, purpose: "release", powerCycle: true, signal } as const;
      return servers.withServerStopped(request, () => client.ipAddresses.release(id));
    };
  }

  test("within an operation that checks other addresses share a cycle too", async () => {
    const servers = await start(quick);
    plan.recordCheck(mail, { onServer: 1 }, false);
    const release = await inState(3, servers);
    await twoBeforeALateOne(release, "DELETE", release);
    expect(writes()).toMatchObject({ "stop 200": 1, "start 200": 1 });
  });

  /** How often the change waits for late ones. */
  async function waitsDuring(change: () => Promise<unknown>): Promise<number> {
    let waits = 0;
    const count = () => {
      waits++;
      onSleep = { ms: 50, act: count };
    };
    onSleep = { ms: 50, act: count };
    await change();
    return waits;
  }

  test("wait for nothing once the engine has handed over all addresses of the state", async () => {
    const servers = await start(quick);
    const release = await inState(2, servers);
    expect(await waitsDuring(() => Promise.all([release(), release()]))).toBe(0);
  });

  test("wait at most a second for addresses that do not come, after one has returned to the engine", async () => {
    const servers = await start(quick);
    const release = await inState(4, servers);
    const waits = await waitsDuring(() => Promise.all([release(), release()]));
    expect(waits).toBeGreaterThan(0);
    expect(waits).toBeLessThanOrEqual(21);
  });

  test("do not wait for addresses that the engine has not handed over during a whole stop", async () => {
    const servers = await start(quick);
    expect(await waitsDuring(await inState(2, servers))).toBe(0);
  });
});

describe("without powerCycle", () => {
  test("a running server is left alone, and the error names its state and the two remedies", async () => {
    const servers = await start();
    const failure = assign(servers, { powerCycle: false });
    await expect(failure).rejects.toThrow(ServerRunsError);
    await expect(failure).rejects.toThrow(
      /server "mail" \(009d64ef-.*\) is started \(SERVER_STATE_ILLEGAL\): stop it and run again, or set `powerCycle: true`/,
    );
    expect(writes()).toEqual({ "ip_address 409": 1 });
  });

  test("a server in maintenance is waited for until it is stopped", async () => {
    const servers = await start();
    simulator.account.setServerState(mail, "maintenance", { state: "stopped", afterMs: 20_000 });
    await assign(servers, { powerCycle: false });
    expect(writes()).toMatchObject({ "ip_address 201": 1 });
    expect(stateOf(mail)).toBe("stopped");
  });

  test("a refusal although the server is stopped is believed after a few attempts", async () => {
    const servers = await start();
    for (const { address } of simulator.account.listIpAddresses(web).slice(1)) {
      simulator.account.releaseIpAddress(address);
    }
    const [last] = simulator.account.listIpAddresses(web);
    const signal = new AbortController().signal;
    const release = servers.withServerStopped({ server: web, purpose: "release", powerCycle: false, signal }, () =>
      client.ipAddresses.release(last?.address ?? ""),
    );
    await expect(release).rejects.toThrow(/although it is stopped: a server keeps at least one address/);
    expect(addressesOf(web)).toBe(1);
  });
});

test("two stacks that change the same running server both succeed and leave it running", async () => {
  for (let offset = 0; offset < 20; offset++) {
    const first = await start({
      rules: { startAnswers: offset % 2 === 0 ? "started" : "maintenance", startMs: 300 * offset },
    });
    const second = stack();
    const late = (async () => {
      for (let i = 0; i < offset; i++) await wait(1);
      return Promise.all([assign(second), assign(second)]);
    })();
    await Promise.all([assign(first), assign(first), late]);
    simulator.clock.advance(60_000);
    expect([offset, stateOf(mail), addressesOf(mail)]).toEqual([offset, "started", 7]);
    if (offset < 19) {
      await client.close();
      await simulator.stop();
    }
  }
});

test("progress lines name the server and what they wait for, at most every ten seconds", async () => {
  const servers = await start();
  simulator.account.setGuest(mail, { acpi: false });
  await assign(servers);
  expect(said[0]).toBe(`stopping server "mail", hard stop after 120 s (${mail})`);
  const waits = said.slice(1, -2);
  const lineOfWait = /^waiting until server "mail" is stopped, \d+ s so far \(009d64ef-.*\)$/;
  expect(waits.filter((line) => !lineOfWait.test(line))).toEqual([]);
  expect(waits.length).toBeGreaterThan(5);
  expect(waits.length).toBeLessThan(14);
  expect(said.at(-2)).toBe(`starting server "mail" again (${mail})`);
  expect(said.at(-1)).toMatch(/^server "mail": off for \d\.\d s for 1 address, running again \(009d64ef-.*\)$/);
});
