import * as fc from "fast-check";
import { follow } from "../support/history/followHistory";
import { historiesOf } from "../support/history/historySteps";
import { SimulatedEngine } from "../support/simulatedEngine";

const isSoak = process.env.SOAK === "1";
const runs = isSoak ? 1000 : 40;

test(
  `${runs} random programs of two stacks with drifts, faults and killed processes all end with exactly what is declared, nothing bought twice`,
  async () => {
    await fc.assert(
      fc.asyncProperty(historiesOf(5), (history) => follow(history, SimulatedEngine.start)),
      { numRuns: runs },
    );
  },
  isSoak ? 3_600_000 : 120_000,
);
