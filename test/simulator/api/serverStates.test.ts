import type { Rules, SeedServer, Simulator } from "../../../src/simulator";
import { send, started } from "../support/api";

const uuid = "00e5b3a1-4d72-4b8e-9a06-7c1f2e3d4a5b";
const address = "203.0.113.5";
const versions = ["1.2", "1.3"] as const;

/** A simulator with one server, whose time moves by hand only. */
function serverOf(server: Partial<SeedServer>, rules: Partial<Rules> = {}): Promise<Simulator> {
  const ipAddresses = [{ address }, {}];
  return started({ seed: { servers: [{ uuid, ipAddresses, ...server }] }, rules: { requestMs: 0, ...rules } });
}

const stateNow = (simulator: Simulator) => simulator.account.getServer(uuid)?.state;

describe.each(versions)("API %s", (version) => {
  const allowed = {
    stop: { started: 200, stopped: 409, maintenance: 409, error: 409 },
    start: { started: 409, stopped: 200, maintenance: 409, error: 409 },
    restart: { started: 200, stopped: 409, maintenance: 409, error: 409 },
    delete: { started: 409, stopped: 204, maintenance: 409, error: 409 },
    assign: { started: 409, stopped: 201, maintenance: 409, error: 409 },
    release: { started: 409, stopped: 204, maintenance: 409, error: 409 },
    "modify the PTR record": { started: 202, stopped: 202, maintenance: 202, error: 202 },
    "get details": { started: 200, stopped: 200, maintenance: 200, error: 200 },
  } as const;
  const requests: Record<keyof typeof allowed, [string, string, unknown?]> = {
    stop: ["POST", `/server/${uuid}/stop`],
    start: ["POST", `/server/${uuid}/start`],
    restart: ["POST", `/server/${uuid}/restart`],
    delete: ["DELETE", `/server/${uuid}`],
    assign: ["POST", "/ip_address", { ip_address: { server: uuid } }],
    release: ["DELETE", `/ip_address/${address}`],
    "modify the PTR record": ["PUT", `/ip_address/${address}`, { ip_address: { ptr_record: "a.example.com" } }],
    "get details": ["GET", `/server/${uuid}`],
  };
  const cells = (Object.keys(allowed) as (keyof typeof allowed)[]).flatMap((verb) =>
    (["started", "stopped", "maintenance", "error"] as const).map(
      (state) => [verb, state, allowed[verb][state]] as const,
    ),
  );

  test.each(cells)("%s on a server that is %s answers %d", async (verb, state, status) => {
    const simulator = await serverOf({ state });
    const [method, path, body] = requests[verb];
    const answer = await send(simulator, method, `/${version}${path}`, body);
    expect(answer.status).toBe(status);
    if (status !== 409) return;
    expect(answer.body.error.error_code).toBe("SERVER_STATE_ILLEGAL");
    expect(answer.body.error.error_message).toContain(`'${state}'`);
    simulator.clock.advance(3_600_000);
    expect(stateNow(simulator)).toBe(state);
    expect(simulator.account.listIpAddresses()).toHaveLength(2);
  });
});

/** What a server goes through after a request: [ms after it, state]. */
type Timeline = readonly (readonly [number, string])[];
const hard = { stop_server: { stop_type: "hard" } };
const soft = (timeout?: string) => ({ stop_server: { stop_type: "soft", ...(timeout && { timeout }) } });
const hardRestart = { restart_server: { stop_type: "hard", timeout: "900", timeout_action: "ignore" } };
const softRestart = (more: object) => ({ restart_server: { stop_type: "soft", ...more } });
const deaf = { acpi: false };
const day = 86_400_000;

const timelines: [string, Partial<SeedServer>, string, unknown, Timeline, Partial<Rules>?][] = [
  [
    "a hard stop takes six seconds",
    {},
    "stop",
    hard,
    [
      [0, "started"],
      [5_999, "started"],
      [6_000, "stopped"],
    ],
  ],
  [
    "a stop without a body is soft and takes eight",
    {},
    "stop",
    undefined,
    [
      [7_999, "started"],
      [8_000, "stopped"],
    ],
  ],
  ["a soft stop that the guest ignores never ends", deaf, "stop", soft(), [[day, "started"]]],
  [
    "a soft stop that the guest ignores ends hard after its timeout",
    deaf,
    "stop",
    soft("60"),
    [
      [65_999, "started"],
      [66_000, "stopped"],
    ],
  ],
  [
    "a soft stop that the guest honours does not wait for its timeout",
    {},
    "stop",
    soft("60"),
    [
      [7_999, "started"],
      [8_000, "stopped"],
    ],
  ],
  [
    "a soft stop with a short timeout ends hard",
    {},
    "stop",
    soft("1"),
    [
      [6_999, "started"],
      [7_000, "stopped"],
    ],
  ],
  [
    "a stop shows maintenance where a rule says so",
    {},
    "stop",
    hard,
    [
      [2_999, "started"],
      [3_000, "maintenance"],
      [6_000, "stopped"],
    ],
    { stopShowsMaintenance: true },
  ],
  [
    "a hard restart goes through maintenance",
    {},
    "restart",
    hardRestart,
    [
      [0, "started"],
      [6_000, "maintenance"],
      [21_999, "maintenance"],
      [22_000, "started"],
    ],
  ],
  [
    "a soft restart waits for the guest",
    {},
    "restart",
    softRestart({}),
    [
      [13_999, "started"],
      [14_000, "maintenance"],
      [30_000, "started"],
    ],
  ],
  ["a soft restart that the guest ignores never comes", deaf, "restart", softRestart({}), [[day, "started"]]],
  [
    "a soft restart that the guest ignores is given up after its timeout",
    deaf,
    "restart",
    softRestart({ timeout: "60" }),
    [
      [59_000, "started"],
      [66_000, "started"],
      [82_000, "started"],
    ],
  ],
  [
    "a soft restart that the guest ignores becomes hard where asked",
    deaf,
    "restart",
    softRestart({ timeout: "60", timeout_action: "destroy" }),
    [
      [65_999, "started"],
      [66_000, "maintenance"],
      [82_000, "started"],
    ],
  ],
  [
    "a restart of a guest that does not boot ends in error",
    { boots: false },
    "restart",
    hardRestart,
    [
      [6_000, "maintenance"],
      [22_000, "error"],
    ],
  ],
  [
    "an asynchronous start goes through maintenance",
    { state: "stopped" },
    "start",
    { server: { start_type: "async" } },
    [
      [0, "maintenance"],
      [999, "maintenance"],
      [1_000, "started"],
    ],
  ],
  [
    "a start answers at once where a rule says so",
    { state: "stopped" },
    "start",
    { server: {} },
    [
      [999, "maintenance"],
      [1_000, "started"],
    ],
    { startAnswers: "maintenance" },
  ],
];

describe("on the clock,", () => {
  test.each(timelines.map((row) => [row[0], row] as const))(
    "%s",
    async (_, [, server, verb, body, timeline, rules]) => {
      const simulator = await serverOf(server, rules);
      const { status } = await send(simulator, "POST", `/1.3/server/${uuid}/${verb}`, body);
      expect(status).toBe(200);
      const begun = simulator.clock.now();
      for (const [atMs, state] of timeline) {
        simulator.clock.advance(begun + atMs - simulator.clock.now());
        expect([atMs, stateNow(simulator)]).toEqual([atMs, state]);
      }
    },
  );

  test.each([
    ["started", true],
    ["error", false],
  ] as const)("a start answers %s when it is over, where boots is %s", async (state, boots) => {
    const simulator = await serverOf({ state: "stopped", boots });
    const { status, body } = await send(simulator, "POST", `/1.2/server/${uuid}/start`, { server: {} });
    expect([status, body.server.state, simulator.clock.now()]).toEqual([200, state, 1_000]);
  });

  test("a stop answers that the server is started, and it is seen stopped after a few polls", async () => {
    const simulator = await serverOf({}, { requestMs: 2_000 });
    const stopped = await send(simulator, "POST", `/1.2/server/${uuid}/stop`, hard);
    expect(stopped.body.server.state).toBe("started");
    const polls = [];
    do polls.push((await send(simulator, "GET", `/1.2/server/${uuid}`)).body.server.state);
    while (polls.at(-1) !== "stopped");
    expect(polls).toEqual(["started", "started", "stopped"]);
  });

  test("a hard stop overtakes a soft one that does not end, and a soft one does not put off a hard one", async () => {
    const simulator = await serverOf(deaf);
    await send(simulator, "POST", `/1.2/server/${uuid}/stop`, soft());
    await send(simulator, "POST", `/1.2/server/${uuid}/stop`, hard);
    simulator.clock.advance(3_000);
    await send(simulator, "POST", `/1.2/server/${uuid}/stop`, soft("600"));
    simulator.clock.advance(3_000);
    expect(stateNow(simulator)).toBe("stopped");
  });

  test.each([
    ["maintenance", "started"],
    ["error", "stopped"],
  ] as const)("a server in %s becomes %s by itself", async (state, then) => {
    const simulator = await serverOf({ state, becomes: { state: then, afterMs: 5_000 } });
    simulator.clock.advance(4_999);
    expect(stateNow(simulator)).toBe(state);
    simulator.clock.advance(1);
    expect(stateNow(simulator)).toBe(then);
  });

  test("on the real clock a start is answered when its time has passed", async () => {
    const seed = { servers: [{ uuid, state: "stopped" as const }] };
    const simulator = await started({ seed, clock: "real", rules: { startMs: 120 } });
    const begun = performance.now();
    const starting = send(simulator, "POST", `/1.2/server/${uuid}/start`);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(stateNow(simulator)).toBe("maintenance");
    expect((await starting).body.server.state).toBe("started");
    expect(performance.now() - begun).toBeGreaterThan(110);
  });
});
