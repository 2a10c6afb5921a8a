import {
  operations,
  passing,
  powerCycled,
  powerCycleRequests,
  type Request,
  refusalsOf,
  requestsOf,
  versionRefusals,
} from "./faultTable";
import type { Step, Walk } from "./faultWalk";

/** Every fault of every request of every operation, each in a step of its own. */
export const faults: readonly Step[] = stepsOf(operations, (operation) => requestsOf[operation]);

/** The same for what is asked besides, where a running server may be stopped. */
export const powerCycleFaults: readonly Step[] = stepsOf(powerCycled, () => powerCycleRequests);

/** Stacks that live from `create` to `delete`, and meet all of them, one in each operation. */
export function livesOf(): Walk[] {
  const isListed = ({ cells }: Step) => cells.some(({ request }) => request === "list");
  return [
    ...dealt(faults.filter(isListed)).map((steps) => ({ steps, addresses: 2 })),
    // A single address is looked at alone.
    ...dealt(faults.filter((step) => !isListed(step))).map((steps) => ({ steps, addresses: 1 })),
    ...dealt(powerCycleFaults).map((steps) => ({ steps, addresses: 1, powerCycle: true })),
  ];
}

/** A step for each fault. */
function stepsOf<Operation extends Step["operation"]>(
  among: readonly Operation[],
  requests: (operation: Operation) => readonly Request[],
): Step[] {
  return among.flatMap((operation) =>
    requests(operation).flatMap((request) =>
      [
        ...[...passing, ...refusalsOf(request), ...versionRefusals].map((failure) => ({ failure, times: 1 })),
        ...passing.map((failure) => ({ failure, times: 5 })),
      ]
        // What is gone when its default PTR record is to be restored is found by a refresh, not by an update.
        .filter(({ failure }) => !(failure.isGone && operation === "restore"))
        .map((fault) => ({ operation, cells: [{ request, ...fault }] })),
    ),
  );
}

/** So many lives that none has two creates, restores or deletes. */
function dealt(steps: readonly Step[]): Step[][] {
  const of = (operation: Step["operation"]) => steps.filter((step) => step.operation === operation);
  const lives = Math.max(...(["create", "restore", "delete"] as const).map((operation) => of(operation).length));
  return Array.from({ length: lives }, (_, life) =>
    operations.flatMap((operation) => {
      const own = of(operation).filter((_step, index) => index % lives === life);
      const isMissing = own.length === 0 && (operation === "create" || operation === "delete");
      return isMissing ? [{ operation, cells: [] }] : own;
    }),
  );
}
