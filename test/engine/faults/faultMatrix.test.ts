import { inThisPart, isSoak } from "../support/soak";
import { faults, livesOf, powerCycleFaults } from "./support/faultLives";
import { type Failure, passing, type Request, refusalsOf } from "./support/faultTable";
import { type Cell, type Step, textOf, walk } from "./support/faultWalk";

const once = (request: Request, failures: readonly Failure[]): Cell[] =>
  failures.map((failure) => ({ request, failure, times: 1 }));

describe("many at once", () => {
  test.concurrent("passing faults of each request of each operation, of addresses that share two servers", async () => {
    await walk({
      addresses: passing.length,
      perServer: 7,
      steps: [
        {
          operation: "create",
          cells: [...once("list", passing.slice(0, 4)), ...once("assign", passing), ...once("modify", passing)],
        },
        { operation: "update", cells: once("modify", passing) },
        {
          operation: "replace",
          cells: [
            ...once("list", passing.slice(4, 8)),
            ...once("assign", passing),
            ...once("modify", passing),
            ...once("release", passing),
          ],
        },
        { operation: "refresh", cells: once("list", passing.slice(8, 12)) },
        { operation: "delete", cells: [...once("list", passing.slice(12)), ...once("release", passing)] },
      ],
    });
  });

  test.concurrent("refusals with each documented code, on a server each", async () => {
    await walk({
      addresses: refusalsOf("assign").length,
      steps: [
        {
          operation: "create",
          cells: [...once("assign", refusalsOf("assign")), ...once("modify", refusalsOf("modify"))],
        },
        { operation: "update", cells: once("modify", refusalsOf("modify")) },
        {
          operation: "replace",
          cells: [...once("assign", refusalsOf("assign")), ...once("release", refusalsOf("release"))],
        },
        { operation: "refresh", cells: once("list", refusalsOf("list").slice(0, 1)) },
        { operation: "delete", cells: once("release", refusalsOf("release")) },
      ],
    });
  });

  test.concurrent("faults of the look at a single address", async () => {
    await walk({
      addresses: 1,
      steps: [
        { operation: "create", cells: [] },
        { operation: "restore", cells: once("get", passing.slice(0, 5)) },
        { operation: "refresh", cells: once("get", passing.slice(5, 10)) },
        { operation: "delete", cells: once("get", [...passing.slice(10), ...refusalsOf("get").slice(0, 2)]) },
      ],
    });
  });

  test.concurrent("faults of stops, starts and looks at running servers, on a server each", async () => {
    const looks = once("getServer", [...passing, ...refusalsOf("getServer")]);
    await walk({
      powerCycle: true,
      addresses: passing.length + refusalsOf("stop").length,
      steps: [
        { operation: "create", cells: [...once("stop", [...passing, ...refusalsOf("stop")]), ...looks] },
        { operation: "delete", cells: [...once("start", [...passing, ...refusalsOf("start")]), ...looks] },
      ],
    });
  });
});

if (isSoak) {
  describe("one in each operation", () => {
    const lives = livesOf();
    const named = (steps: readonly Step[]) => steps.map(textOf).join(" > ");

    test("no fault is left out, and none is there twice", () => {
      const met = lives.flatMap(({ steps }) => steps).filter(({ cells }) => cells.length > 0);
      expect(met.map(textOf).sort()).toEqual([...faults, ...powerCycleFaults].map(textOf).sort());
      expect(new Set(met).size).toBe(met.length);
    });

    inThisPart(
      lives.map((plan) => [named(plan.steps), plan] as const),
      (own) => test.concurrent.each(own)("%s", (_, plan) => walk(plan)),
    );
  });
}
