import {
  type Failure,
  operations,
  passing,
  powerCycled,
  powerCycleRequests,
  type Request,
  refusalsOf,
  requestsOf,
  versionRefusals,
} from "./support/faultTable";
import { type Cell, walk } from "./support/faultWalk";
import { inThisPart, isSoak } from "./support/soak";

const once = (operation: Cell["operation"], request: Request, failures: readonly Failure[]): Cell[] =>
  failures.map((failure) => ({ operation, request, failure, times: 1 }));

describe("many at once", () => {
  test.concurrent("passing faults of each request of each operation, of addresses that share two servers", async () => {
    await walk({
      walked: ["create", "update", "replace", "refresh"],
      addresses: passing.length,
      perServer: 7,
      cells: [
        ...once("create", "list", passing.slice(0, 4)),
        ...once("create", "assign", passing),
        ...once("create", "modify", passing),
        ...once("update", "modify", passing),
        ...once("replace", "list", passing.slice(4, 8)),
        ...once("replace", "assign", passing),
        ...once("replace", "modify", passing),
        ...once("replace", "release", passing),
        ...once("refresh", "list", passing.slice(8, 12)),
        ...once("delete", "list", passing.slice(12)),
        ...once("delete", "release", passing),
      ],
    });
  });

  test.concurrent("refusals with each documented code, on a server each", async () => {
    await walk({
      walked: ["create", "update", "replace", "refresh"],
      addresses: refusalsOf("assign").length,
      cells: [
        ...once("create", "assign", refusalsOf("assign")),
        ...once("create", "modify", refusalsOf("modify")),
        ...once("update", "modify", refusalsOf("modify")),
        ...once("replace", "assign", refusalsOf("assign")),
        ...once("replace", "release", refusalsOf("release")),
        ...once("refresh", "list", refusalsOf("list").slice(0, 1)),
        ...once("delete", "release", refusalsOf("release")),
      ],
    });
  });

  test.concurrent("faults of the look at a single address", async () => {
    await walk({
      walked: ["create", "restore", "refresh"],
      addresses: 1,
      cells: [
        ...once("restore", "get", passing.slice(0, 5)),
        ...once("refresh", "get", passing.slice(5, 10)),
        ...once("delete", "get", [...passing.slice(10), ...refusalsOf("get").slice(0, 2)]),
      ],
    });
  });

  test.concurrent("faults of stops, starts and looks at running servers, on a server each", async () => {
    await walk({
      walked: ["create"],
      powerCycle: true,
      addresses: passing.length + refusalsOf("stop").length,
      cells: [
        ...once("create", "stop", [...passing, ...refusalsOf("stop")]),
        ...once("create", "getServer", [...passing, ...refusalsOf("getServer")]),
        ...once("delete", "start", [...passing, ...refusalsOf("start")]),
        ...once("delete", "getServer", [...passing, ...refusalsOf("getServer")]),
      ],
    });
  });
});

if (isSoak) {
  describe("each in a stack of its own", () => {
    const lasting = passing.map((failure) => ({ failure, times: 5 }));
    const cellsOf = (operation: Cell["operation"], request: Request): Cell[] =>
      [
        ...[...passing, ...refusalsOf(request), ...versionRefusals].map((failure) => ({ failure, times: 1 })),
        ...lasting,
      ]
        // What is gone when its default PTR record is to be restored is found by a refresh, not by an update.
        .filter(({ failure }) => !(failure.isGone && operation === "restore"))
        .map((fault) => ({ operation, request, ...fault }));
    const named = (cells: Cell[]) =>
      cells.map((cell) => {
        const { operation, request, failure, times } = cell;
        return [`${operation}: ${request}, ${failure.name}${times > 1 ? `, ${times} times` : ""}`, cell] as const;
      });
    const alone = (cell: Cell, powerCycle: boolean) =>
      walk({
        walked: ["create", cell.operation],
        cells: [cell],
        // A single address is looked at alone.
        addresses: cell.request === "list" ? 2 : 1,
        powerCycle,
      });

    const cellsOfAll = (
      walked: readonly Cell["operation"][],
      requestsOfOne: (operation: Cell["operation"]) => readonly Request[],
    ) =>
      named(walked.flatMap((operation) => requestsOfOne(operation).flatMap((request) => cellsOf(operation, request))));

    inThisPart(
      cellsOfAll(operations, (operation) => requestsOf[operation]),
      (own) => test.concurrent.each(own)("%s", (_, cell) => alone(cell, false)),
    );
    inThisPart(
      cellsOfAll(powerCycled, () => powerCycleRequests),
      (own) => test.concurrent.each(own)("%s, of a running server", (_, cell) => alone(cell, true)),
    );
  });
}
