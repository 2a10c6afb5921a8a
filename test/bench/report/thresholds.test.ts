import type { Run } from "../../../bench/measurements";
import { thresholdTable } from "../../../bench/report/table";
import { thresholdsOf } from "../../../bench/report/thresholds";
import { run, runs } from "../support/runs";

describe("the limits", () => {
  const outcome = (ours: Run) => thresholdsOf([...runs, ours]).map(({ measured, isMet }) => [measured, isMet]);

  test("are met by a package that is as slow and large as they allow", () => {
    expect(outcome(run("this package", 2200, { bytesPerResource: 2000 }))).toEqual([
      ["1.10 x", true],
      ["1.10 x", true],
      ["1.05 x", true],
      ["1.00 x", true],
      ["0.20 s", true],
      ["2.50 x", true],
      ["2.50 x", true],
      ["0.25 x", true],
    ]);
  });

  test("are not met by a package that is slower and larger than that", () => {
    const ours = run("this package", 4000, { bytesPerResource: 2100, providerPeakKb: 126_000 });
    expect(outcome(ours).map(([, isMet]) => isMet)).toEqual(Array(8).fill(false));
  });

  test("are looser for a refresh than for a preview", () => {
    const [preview, refresh] = thresholdsOf([...runs, run("this package", 2360)]);
    expect([preview?.limit, preview?.isMet]).toEqual(["at most 1.10 x", false]);
    expect([refresh?.limit, refresh?.isMet]).toEqual(["at most 1.20 x", true]);
  });

  test("apply to the worst scenario", () => {
    const slower = [run("empty", 1000, { count: 1000 }), run("this package", 1500, { count: 1000 })];
    const [preview] = thresholdsOf([...runs, run("this package", 2000), ...slower]);
    expect(preview).toMatchObject({ measured: "1.50 x", isMet: false });
  });

  test("are shown as not measured when other numbers of addresses were measured", () => {
    const table = thresholdTable(thresholdsOf([run("empty", 1000, { count: 5 })]));
    expect(table.match(/not measured/g)).toHaveLength(8);
    expect(table).not.toContain("met |");
  });
});
