import type { Rules, SeedServer } from "../../../src/simulator";
import { send, startTestSimulator } from "../support/api";
import { startWithServer, stateNow, uuid } from "../support/oneServer";

/** The states of a server after a request: [ms after the request, state]. */
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
    "a stop without a body is soft and takes eight seconds",
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
    "a soft stop that the guest ignores becomes hard after its timeout",
    deaf,
    "stop",
    soft("60"),
    [
      [65_999, "started"],
      [66_000, "stopped"],
    ],
  ],
  [
    "a soft stop that the guest obeys does not wait for its timeout",
    {},
    "stop",
    soft("60"),
    [
      [7_999, "started"],
      [8_000, "stopped"],
    ],
  ],
  [
    "a soft stop with a short timeout becomes hard",
    {},
    "stop",
    soft("1"),
    [
      [6_999, "started"],
      [7_000, "stopped"],
    ],
  ],
  [
    "a stop goes through maintenance if a rule says so",
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
  ["a soft restart that the guest ignores never happens", deaf, "restart", softRestart({}), [[day, "started"]]],
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
    "a soft restart that the guest ignores becomes hard if requested",
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
    "the response to a start is immediate if a rule says so",
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
      const simulator = await startWithServer(server, rules);
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
  ] as const)(
    "the response to a start says %s when boots is %s, and comes when the start is complete",
    async (state, boots) => {
      const simulator = await startWithServer({ state: "stopped", boots });
      const { status, body } = await send(simulator, "POST", `/1.2/server/${uuid}/start`, { server: {} });
      expect([status, body.server.state, simulator.clock.now()]).toEqual([200, state, 1_000]);
    },
  );

  test("the response to a stop says started, and polls see the server stopped later", async () => {
    const simulator = await startWithServer({}, { requestMs: 2_000 });
    const stopped = await send(simulator, "POST", `/1.2/server/${uuid}/stop`, hard);
    expect(stopped.body.server.state).toBe("started");
    const polls = [];
    do polls.push((await send(simulator, "GET", `/1.2/server/${uuid}`)).body.server.state);
    while (polls.at(-1) !== "stopped");
    expect(polls).toEqual(["started", "started", "stopped"]);
  });

  test("a hard stop overrides a soft one that never ends, and a soft one does not delay a hard one", async () => {
    const simulator = await startWithServer(deaf);
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
  ] as const)("a server in %s becomes %s without a request", async (state, then) => {
    const simulator = await startWithServer({ state, becomes: { state: then, afterMs: 5_000 } });
    simulator.clock.advance(4_999);
    expect(stateNow(simulator)).toBe(state);
    simulator.clock.advance(1);
    expect(stateNow(simulator)).toBe(then);
  });

  test("on the real clock, the response to a start is sent when its time has passed", async () => {
    const seed = { servers: [{ uuid, state: "stopped" as const }] };
    const simulator = await startTestSimulator({ seed, clock: "real", rules: { startMs: 120 } });
    const begun = performance.now();
    const starting = send(simulator, "POST", `/1.2/server/${uuid}/start`);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(stateNow(simulator)).toBe("maintenance");
    expect((await starting).body.server.state).toBe("started");
    expect(performance.now() - begun).toBeGreaterThan(110);
  });
});
