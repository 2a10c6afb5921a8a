import { addresses, endAll, start, startOf, stateOf, stopOf, writes } from "../support/runningServers";

afterAll(endAll);

describe("forty addresses on ten running servers, declared server by server", () => {
  const uuids = Array.from({ length: 10 }, (_, i) => `00000000-0000-4000-8000-00000000000${i}`);
  const seed = {
    servers: uuids.map((uuid, i) => ({
      uuid,
      title: `server ${i}`,
      zone: "de-fra1",
      state: "started" as const,
      ipAddresses: [{ access: "private" as const }],
    })),
  };

  test.concurrent.each([
    [1, 4],
    [8, 1],
    [64, 1],
  ])("at --parallel %i each server is stopped %i times", async (parallel, cycles) => {
    const project = await start({ seed });
    project.declare(uuids.map((uuid) => addresses(uuid, 4)).join("\n"));
    const { ok, output, requests } = await project.up({ parallel });
    expect([ok, output]).toEqual([true, expect.not.stringMatching(/error/i)]);
    const counts = writes(requests);
    expect(counts["POST /1.2/ip_address"]).toBe(40);
    for (const uuid of uuids) {
      expect([uuid, counts[stopOf(uuid)], counts[startOf(uuid)]]).toEqual([uuid, cycles, cycles]);
      expect(stateOf(project, uuid)).toBe("started");
      expect(project.simulator.account.listIpAddresses(uuid)).toHaveLength(5);
    }
  });
});
