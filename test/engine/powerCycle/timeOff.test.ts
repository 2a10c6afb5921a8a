import type { LoggedRequest } from "pulumi-upcloud-ip/simulator";
import { servers } from "../support/project";
import { endAll, start, startOf, stopOf } from "../support/runningServers";

afterAll(endAll);

const latencyMs = 100;

/**
 * How long each server is off before the request that starts it, and how often it is looked at in each second until then, after the
 * first time: seconds are between looks, and the first one may come soon after the stop.
 */
function cycleOf(server: string, stopMs: number, requests: readonly LoggedRequest[]) {
  const timeOf = (request: string) => requests.find(({ method, path }) => `${method} ${path}` === request)?.atMs ?? NaN;
  const [stopAt, startAt] = [timeOf(stopOf(server)), timeOf(startOf(server))];
  const looks = requests.filter(
    ({ method, path, atMs }) => method === "GET" && path.endsWith(server) && atMs > stopAt && atMs < startAt,
  );
  return {
    // A request takes effect when its latency is over.
    secondsOff: (startAt - (stopAt + latencyMs + stopMs)) / 1000,
    looksPerSecond: (looks.length - 1) / ((startAt - stopAt) / 1000),
  };
}

const stopsMs = [
  [2300, 4700],
  [7900, 11_600],
] as const;

/** Two addresses on each of two servers, of which one stops soft and the other one hard. */
async function cyclesOf(...[softStopMs, hardStopMs]: (typeof stopsMs)[number]) {
  const project = await start({ clock: "real", latencyMs, rules: { softStopMs, hardStopMs } });
  project.simulator.account.startServer(servers.web);
  const args = (server: string, stopType: string) => `{ server: "${server}", powerCycle: { stopType: "${stopType}" } }`;
  const program = [1, 2].flatMap((i) => [
    `new ServerIpAddress("soft-${i}", ${args(servers.mail, "soft")});`,
    `new ServerIpAddress("hard-${i}", ${args(servers.web, "hard")});`,
  ]);
  project.declare(program.join("\n"));
  const cycles = [];
  for (const operation of ["up", "destroy"] as const) {
    const { ok, output } = await project[operation]();
    expect([ok, output]).toEqual([true, expect.stringMatching(/off for \d+\.\d s for 2 addresses, running again/)]);
    cycles.push(cycleOf(servers.mail, softStopMs, project.simulator.requests));
    cycles.push(cycleOf(servers.web, hardStopMs, project.simulator.requests));
  }
  return cycles;
}

test("up and destroy of two addresses start the server soon after it has stopped, from one look a second", async () => {
  const cycles = (await Promise.all(stopsMs.map((pair) => cyclesOf(...pair)))).flat();
  const secondsOff = cycles.map((cycle) => cycle.secondsOff);
  if (process.env.SHOW_TIME_OFF) console.log(secondsOff);
  expect(secondsOff).toHaveLength(8);
  expect(secondsOff.reduce((sum, seconds) => sum + seconds) / secondsOff.length).toBeLessThanOrEqual(0.9);
  expect(Math.max(...secondsOff)).toBeLessThanOrEqual(1.5);
  expect(Math.max(...cycles.map((cycle) => cycle.looksPerSecond))).toBeLessThanOrEqual(1);
});
