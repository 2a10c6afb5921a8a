import * as fc from "fast-check";
import { follow } from "../../support/history/followHistory";
import { type History, historiesOf } from "../../support/history/historySteps";
import { endAll } from "../support/runningServers";
import { inThisPart, isSoak } from "../support/soak";
import { RealEngine } from "./support/realEngine";

afterAll(async () => {
  await RealEngine.endAll();
  await endAll();
});

/** An operation of the CLI takes seconds: not for histories in which hardly anything happens. */
const isEventful = ({ steps: [first, ...more] }: History) =>
  (first?.edits.filter(({ edit }) => edit === "add") ?? []).length >= 2 &&
  more.every(({ edits, drifts }) => edits.length + drifts.length > 0) &&
  [first, ...more].some((step) => step?.kill !== undefined && step.kill.after < 6);
const history = historiesOf(3).filter(isEventful);

/** Many operations, others beside them, on whatever computer. */
const patienceMs = 30 * 60_000;
const seed = isSoak ? Date.now() % 2 ** 31 : 1;
const histories = Array.from({ length: isSoak ? 30 : 3 }, (_, index) => index);
const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux(
  "drifts, faults and killed processes of random programs end with what is declared, nothing bought twice",
  () => {
    const followed = async (index: number) => {
      const property = fc.asyncProperty(history, (one) => follow(one, RealEngine.start));
      // Not shrunk: that would take hours.
      await fc.assert(property, { seed, path: String(index), numRuns: 1, endOnFailure: true });
    };
    inThisPart(histories, (own) => test.concurrent.each(own)(`history %i of the seed ${seed}`, followed, patienceMs));
  },
);
