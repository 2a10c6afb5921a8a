import type { Fault, Simulator } from "../../../src/simulator";
import { send, startTestSimulator } from "../support/api";
import { addresses, testSeed, uuids } from "../support/testSeed";

const assign = { ip_address: { server: uuids.off } };
const count = (simulator: Simulator) => simulator.account.listIpAddresses(uuids.off).length;

async function outcome(answer: Promise<{ status: number; text: string }>): Promise<number | string> {
  return answer.then(({ status }) => status).catch(() => "no answer");
}

describe.each(["in the program", "over HTTP"])("a fault queued %s", (way) => {
  async function simulatorWith(...faults: Fault[]): Promise<Simulator> {
    const simulator = await startTestSimulator({ seed: testSeed });
    if (way === "in the program") for (const fault of faults) simulator.faults.add(fault);
    else expect((await send(simulator, "POST", "/__simulator/faults", faults, {})).status).toBe(201);
    return simulator;
  }

  test("responds with a status and a code, once, and the request has no effect", async () => {
    const simulator = await simulatorWith({
      kind: "error",
      status: 503,
      errorCode: "SERVICE_ERROR",
      errorMessage: "Later.",
    });
    const { status, body } = await send(simulator, "POST", "/1.2/ip_address", assign);
    expect([status, body.error, count(simulator)]).toEqual([
      503,
      { error_code: "SERVICE_ERROR", error_message: "Later." },
      3,
    ]);
    expect((await send(simulator, "POST", "/1.2/ip_address", assign)).status).toBe(201);
    expect(simulator.requests.map((request) => request.status)).toEqual([503, 201]);
  });

  test("responds with 429 and Retry-After", async () => {
    const simulator = await simulatorWith({ kind: "rate-limit", retryAfterSeconds: 7 });
    const { status, headers } = await send(simulator, "GET", "/1.2/ip_address");
    expect([status, headers.get("retry-after")]).toEqual([429, "7"]);
  });

  test("responds with an HTML page", async () => {
    const simulator = await simulatorWith({ kind: "html" });
    const { status, headers, text } = await send(simulator, "GET", "/1.2/ip_address");
    expect([status, headers.get("content-type"), text.slice(0, 9)]).toEqual([502, "text/html", "<!DOCTYPE"]);
  });

  test.each([
    ["before-effect", 3],
    ["after-effect", 4],
  ] as const)("drops the connection %s", async (when, addressesAfter) => {
    const simulator = await simulatorWith({ kind: "drop", when });
    expect(await outcome(send(simulator, "POST", "/1.2/ip_address", assign))).toBe("no answer");
    expect([count(simulator), simulator.requests.at(-1)?.status]).toEqual([addressesAfter, 0]);
  });

  test.each([
    ["before-effect", 3],
    ["after-effect", 4],
  ] as const)("resets the connection %s", async (when, addressesAfter) => {
    const simulator = await simulatorWith({ kind: "reset", when });
    const ended = await send(simulator, "POST", "/1.2/ip_address", assign).catch((error: Error) => error.cause);
    expect(ended).toMatchObject({ code: "ECONNRESET" });
    expect([count(simulator), simulator.requests.at(-1)?.status]).toEqual([addressesAfter, 0]);
  });

  test.each([
    ["before-effect", 3],
    ["after-effect", 4],
  ] as const)("never sends a response, %s", async (when, addressesAfter) => {
    const simulator = await simulatorWith({ kind: "no-answer", when });
    const headers = { Authorization: "Bearer ucat_demo" };
    const given = { method: "POST", headers, body: JSON.stringify(assign), signal: AbortSignal.timeout(150) };
    await expect(fetch(`${simulator.url}/1.2/ip_address`, given)).rejects.toThrow("timeout");
    expect(count(simulator)).toBe(addressesAfter);
  });

  test("sends half the body after the request took effect", async () => {
    const simulator = await simulatorWith({ kind: "half-body" });
    expect(await outcome(send(simulator, "POST", "/1.2/ip_address", assign))).toBe("no answer");
    expect(count(simulator)).toBe(4);
  });

  test("delays the response, and the next fault applies to the same request", async () => {
    const simulator = await simulatorWith({ kind: "delay", ms: 80 }, { kind: "html", status: 504 });
    const begun = performance.now();
    expect((await send(simulator, "GET", "/1.2/ip_address")).status).toBe(504);
    expect(performance.now() - begun).toBeGreaterThan(70);
  });

  test.each([
    ["the method", { method: "DELETE" }],
    ["the path with its version", { path: "/1.2/ip_address/*" }],
    ["the path without its version", { path: "/ip_address/*" }],
    ["a path of any depth", { path: "/**/203.0.113.22" }],
  ])("applies only to requests that match %s", async (_, target) => {
    const simulator = await simulatorWith({ ...target, kind: "html", status: 500 });
    expect((await send(simulator, "GET", "/1.2/ip_address")).status).toBe(200);
    expect((await send(simulator, "DELETE", `/1.2/ip_address/${addresses.off}`)).status).toBe(500);
  });

  test("skips as many requests as it says, applies to as many as it says, and then no longer exists", async () => {
    const simulator = await simulatorWith({ kind: "error", status: 500, skip: 1, times: 2 });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await send(simulator, "GET", "/1.2/account")).status);
    expect(statuses).toEqual([200, 500, 500, 200]);
    expect(simulator.faults.pending).toEqual([]);
  });

  test.each([
    ["before", 409],
    ["after", 201],
  ] as const)("changes the account %s a request", async (when, status) => {
    const simulator = await simulatorWith({ kind: "act", when, act: { verb: "startServer", with: [uuids.off] } });
    expect((await send(simulator, "POST", "/1.2/ip_address", assign)).status).toBe(status);
    expect(simulator.account.getServer(uuids.off)?.state).toBe("started");
  });

  test("stays pending, with the times and skip that are left, until it has applied as often as it says", async () => {
    const simulator = await simulatorWith(
      { kind: "html", method: "DELETE" },
      { kind: "error", status: 500, path: "/account", skip: 1, times: 2 },
    );
    const left = () => simulator.faults.pending.map(({ kind, skip, times }) => ({ kind, skip, times }));
    for (let i = 0; i < 2; i++) await send(simulator, "GET", "/1.2/account");
    expect(left()).toEqual([
      { kind: "html", skip: 0, times: 1 },
      { kind: "error", skip: 0, times: 1 },
    ]);
    await send(simulator, "GET", "/1.2/account");
    expect(left()).toEqual([{ kind: "html", skip: 0, times: 1 }]);
    expect((await send(simulator, "GET", "/__simulator/faults", undefined, {})).body).toEqual(simulator.faults.pending);
  });

  test("is removed when the queue is cleared", async () => {
    const simulator = await simulatorWith({ kind: "html" }, { kind: "drop", when: "before-effect" });
    if (way === "in the program") simulator.faults.clear();
    else await send(simulator, "DELETE", "/__simulator/faults", undefined, {});
    expect((await send(simulator, "GET", "/1.2/account")).status).toBe(200);
  });
});

describe("a concurrent change", () => {
  test("can be a function that runs before a request", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    simulator.faults.add({ method: "DELETE", kind: "act", act: (account) => account.giveIpAddressAway(addresses.off) });
    const { status, body } = await send(simulator, "DELETE", `/1.2/ip_address/${addresses.off}`);
    expect([status, body.error.error_code]).toEqual([403, "IP_ADDRESS_FORBIDDEN"]);
  });

  test("that fails results in SERVICE_ERROR with the reason", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    simulator.faults.add({ kind: "act", act: { verb: "releaseIpAddress", with: [addresses.nowhere] } });
    const { status, body } = await send(simulator, "GET", "/1.2/account");
    expect([status, body.error.error_message]).toEqual([
      500,
      `There is no address ${addresses.nowhere} in the simulator.`,
    ]);
  });
});

describe("an invalid fault is rejected, and nothing is queued:", () => {
  test.each([
    ["not an object", 7, "The fault is 7: expected an object."],
    ["an unknown kind", { kind: "fire" }, `The fault's kind is "fire": expected one of "error",`],
    [
      "a property of another kind",
      { kind: "html", ms: 5 },
      `A fault of kind html has the unknown property "ms": expected one of method,`,
    ],
    [
      "an invalid status",
      { kind: "error", status: 42 },
      "The fault's status is 42: expected a whole number from 200 to 599.",
    ],
    ["no when", { kind: "drop" }, `The fault's when is missing: expected one of "before-effect", "after-effect".`],
    [
      "a path without a slash",
      { kind: "html", path: "ip_address" },
      `The fault's path is "ip_address": expected a path that begins with a slash.`,
    ],
    [
      "an unknown verb",
      { kind: "act", act: { verb: "explode", with: [] } },
      `The act's verb is "explode": expected one of assignIpAddress,`,
    ],
  ])("%s", async (_, fault, message) => {
    const simulator = await startTestSimulator();
    const { status, body } = await send(simulator, "POST", "/__simulator/faults", fault, {});
    expect([status, body.error]).toEqual([400, expect.stringContaining(message)]);
    expect(() => simulator.faults.add(fault as Fault)).toThrow(message);
    expect(simulator.faults.pending).toEqual([]);
  });
});

describe("the request log", () => {
  test("has method, path, status and time of each request, except those to the simulator's own paths", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    await send(simulator, "GET", "/1.2/ip_address?a=b");
    await send(simulator, "DELETE", "/1.3/ip_address/x", undefined, {});
    const logged = [
      { method: "GET", path: "/1.2/ip_address?a=b", status: 200, atMs: 0 },
      { method: "DELETE", path: "/1.3/ip_address/x", status: 401, errorCode: "AUTHENTICATION_FAILED", atMs: 2_000 },
    ];
    expect(simulator.requests).toEqual(logged);
    expect((await send(simulator, "GET", "/__simulator/requests", undefined, {})).body).toEqual(logged);
    expect((await send(simulator, "GET", "/__simulator/requests?last=1", undefined, {})).body).toEqual([logged[1]]);
    expect((await send(simulator, "DELETE", "/__simulator/requests", undefined, {})).status).toBe(204);
    expect(simulator.requests).toEqual([]);
  });
});
