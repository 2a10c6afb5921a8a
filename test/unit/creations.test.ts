import { Creations } from "../../src/provider/creations";

const urn = "urn:pulumi:test::addresses::mail";

test("marks of creates, in one operation or in two, are all different, and lead to their resource", () => {
  const [one, another] = [new Creations(), new Creations()];
  const marks = [one.mark(urn), one.mark(urn), another.mark(urn)];
  expect(new Set(marks).size).toBe(3);
  expect(marks.map((mark) => one.urnOf(mark))).toEqual([urn, urn, expect.stringMatching(/^unnamed:/)]);
});
