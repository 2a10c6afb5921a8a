import * as pulumi from "@pulumi/pulumi";
import { PtrRecord, ServerIpAddress } from "../../src";

const server = "0053cd80-5945-4105-9081-11192806a8f7";
const address = "203.0.113.7";

const { prepareStackTrace: before } = Error;
let formatted: { message: string; isOfAllFrames: boolean }[];

/** As ts-node does in a Pulumi program: from here on each trace goes through a function. */
const format = (error: Error, frames: NodeJS.CallSite[]) => {
  formatted.push({ message: error.message, isOfAllFrames: Error.stackTraceLimit === Number.POSITIVE_INFINITY });
  return `${error}\n    at ${frames.join("\n    at ")}`;
};

beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: `id-of-${name}`, state: inputs }),
    call: () => ({}),
  }),
);
beforeEach(() => {
  formatted = [];
  Error.prepareStackTrace = format;
});
afterEach(() => {
  delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
  Error.prepareStackTrace = before;
});

/** The traces that are formatted until the declaration is made. */
function tracesOf(declare: () => pulumi.Resource): typeof formatted {
  formatted = [];
  declare();
  return formatted;
}

class Note extends pulumi.CustomResource {
  constructor(name: string, text: string) {
    super("test:index:Note", name, { text });
  }
}

const declarations: [string, () => pulumi.Resource][] = [
  ["a ServerIpAddress", () => new ServerIpAddress("mail", { server, ptrRecord: "mail.example.com" })],
  ["a ServerIpAddress that is read", () => ServerIpAddress.get("found", address)],
  ["a PtrRecord", () => new PtrRecord("record", { address, ptrRecord: "mail.example.com" })],
  ["a PtrRecord that is read", () => PtrRecord.get("known", address)],
];

test.each(declarations)("of %s one trace is formatted: that in which the SDK looks for its line", (_, declare) => {
  const traces = tracesOf(declare).filter(({ message }) => message === "");
  expect(traces).toEqual([{ message: "", isOfAllFrames: true }]);
  expect(Error.prepareStackTrace).toBe(format);
});

test("a resource of another package has more, one for each promise", () => {
  expect(tracesOf(() => new Note("note", "hello")).length).toBeGreaterThan(10);
});

test.each(declarations)("PULUMI_DEBUG_PROMISE_LEAKS has all traces of %s", (_, declare) => {
  process.env.PULUMI_DEBUG_PROMISE_LEAKS = "1";
  expect(tracesOf(declare).length).toBeGreaterThan(10);
});

test("an error in a transformation has its trace, and leaves the traces of others as they were", () => {
  let seen: string | undefined;
  const transformation = () => {
    seen = new Error("refused by the policy").stack;
    throw new Error("refused by the policy");
  };
  const declare = () => new ServerIpAddress("refused", { server }, { transformations: [transformation] });
  expect(declare).toThrow("refused by the policy");
  expect(seen).toMatch(/refused by the policy\n {4}at transformation .*promiseTraces\.test\.ts/);
  expect(Error.prepareStackTrace).toBe(format);
});

test("where no one formats traces, no one does afterwards", () => {
  Reflect.deleteProperty(Error, "prepareStackTrace");
  new ServerIpAddress("plain", { server });
  expect(Error.prepareStackTrace).toBeUndefined();
});
