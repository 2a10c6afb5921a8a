import { setTimeout as wait } from "node:timers/promises";
import { mail, web } from "../../support/demoServers";
import { endRigs, PowerCycleRig, quick } from "./support/powerCycleRig";

afterEach(endRigs);

describe("addresses that the program declares together", () => {
  /** What check tells when the engine comes to a new address of a server with so many in the program. */
  const check = (rig: PowerCycleRig, onServer: number) => rig.creates.recordCheck(mail, { onServer }, true);
  /** Requests take hardly any time, so that it is the waiting that moves the clock. */
  const slowClock = { rules: { requestMs: 5 } };
  const create = (rig: PowerCycleRig, signal?: AbortSignal) => {
    rig.creates.recordCreate(mail);
    return rig.assign(signal && { signal });
  };

  test("are waited for while the server runs", async () => {
    const rig = await PowerCycleRig.start(slowClock);
    check(rig, 2);
    const first = create(rig);
    await wait(20);
    expect(rig.simulator.requests.some(({ method }) => method === "POST")).toBe(false);
    check(rig, 2);
    await Promise.all([first, create(rig)]);
    expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 2, "start 200": 1 });
  });

  test("are waited for when the engine of a busy computer sends the next one after two seconds", async () => {
    const rig = await PowerCycleRig.start(slowClock);
    const since = rig.simulator.clock.now();
    let second: Promise<unknown> | undefined;
    const sendAfterTwoSeconds = () => {
      const act = () => {
        if (rig.simulator.clock.now() - since < 2000) return sendAfterTwoSeconds();
        check(rig, 2);
        second = create(rig);
      };
      rig.onSleep = { ms: 50, act };
    };
    check(rig, 2);
    sendAfterTwoSeconds();
    await create(rig);
    expect(second).toBeDefined();
    await second;
    expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 2, "start 200": 1 });
  });

  test("are not waited for when the engine sends no more", async () => {
    const rig = await PowerCycleRig.start(slowClock);
    check(rig, 3);
    await create(rig);
    expect(rig.writes()).toEqual({ "stop 200": 1, "ip_address 201": 1, "start 200": 1 });
    expect(rig.simulator.clock.now()).toBeLessThan(60_000);
  });

  test("are waited for until the operation's timeout, which then changes nothing", async () => {
    const rig = await PowerCycleRig.start(slowClock);
    check(rig, 3);
    const abort = new AbortController();
    rig.onSleep = { ms: 50, act: () => abort.abort() };
    await expect(create(rig, abort.signal)).rejects.toThrow("could not be changed within the time");
    expect(rig.writes()).toEqual({});
  });

  test("keep the server stopped only for a limited time when one of them does not come", async () => {
    const rig = await PowerCycleRig.start(slowClock);
    rig.simulator.account.startServer(web);
    check(rig, 3);
    const first = create(rig);
    while (rig.stateOf(mail) !== "stopped") await wait(5);
    // Another server keeps the engine busy for a long time.
    rig.simulator.account.setGuest(web, { acpi: false });
    const other = rig.assign({ server: web, powerCycle: { timeoutSeconds: 600 } });
    const offSince = rig.simulator.clock.now();
    check(rig, 3);
    await Promise.all([first, create(rig)]);
    expect(rig.simulator.clock.now() - offSince).toBeLessThan(150_000);
    await other;
    expect(rig.writes()).toMatchObject({ "ip_address 201": 3 });
  });
});

describe("releases", () => {
  /** The addresses of the state, and how each is released in turn. */
  async function inState(count: number, rig: PowerCycleRig) {
    const ids = Array.from({ length: count }, () => rig.simulator.account.assignIpAddress({ server: mail }).address);
    const state = { type: "ServerIpAddress", urn: "", server: mail, pendingDelete: false, external: false } as const;
    rig.releases.recordState(ids.map((id) => ({ ...state, id })));
    const signal = new AbortController().signal;
    return async () => {
      const id = ids.shift() as string;
      rig.releases.settle(id);
      const request = { server: mail, purpose: "release", powerCycle: true, signal } as const;
      return rig.cycles.withServerStopped(request, () => rig.client.ipAddresses.release(id));
    };
  }

  test("within an operation that checks other addresses share a cycle too", async () => {
    const rig = await PowerCycleRig.start(quick);
    rig.creates.recordCheck(mail, { onServer: 1 }, false);
    const release = await inState(3, rig);
    await rig.twoBeforeALateOne(release, "DELETE", release);
    expect(rig.writes()).toMatchObject({ "stop 200": 1, "start 200": 1 });
  });

  /** How often the change waits for late ones. */
  async function waitsDuring(rig: PowerCycleRig, change: () => Promise<unknown>): Promise<number> {
    let waits = 0;
    const count = () => {
      waits++;
      rig.onSleep = { ms: 50, act: count };
    };
    rig.onSleep = { ms: 50, act: count };
    await change();
    return waits;
  }

  test("wait for nothing once the engine has handed over all addresses of the state", async () => {
    const rig = await PowerCycleRig.start(quick);
    const release = await inState(2, rig);
    expect(await waitsDuring(rig, () => Promise.all([release(), release()]))).toBe(0);
  });

  test("wait at most a second for addresses that do not come, after one has returned to the engine", async () => {
    const rig = await PowerCycleRig.start(quick);
    const release = await inState(4, rig);
    const waits = await waitsDuring(rig, () => Promise.all([release(), release()]));
    expect(waits).toBeGreaterThan(0);
    expect(waits).toBeLessThanOrEqual(21);
  });

  test("do not wait for addresses that the engine has not handed over during a whole stop", async () => {
    const rig = await PowerCycleRig.start(quick);
    expect(await waitsDuring(rig, await inState(2, rig))).toBe(0);
  });
});
