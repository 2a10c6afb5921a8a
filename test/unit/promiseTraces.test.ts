import * as pulumi from "@pulumi/pulumi";
import { PtrRecord, ServerIpAddress } from "../../src";

const server = "0053cd80-5945-4105-9081-11192806a8f7";
const address = "203.0.113.7";

const { prepareStackTrace: before } = Error;
let formatted: string[];

/** As ts-node does in a Pulumi program: from here on each trace goes through a function. */
const format = (error: Error, frames: NodeJS.CallSite[]) => {
  formatted.push(frames[0]?.getFunctionName() ?? "");
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

/** Where the traces begin that are formatted until the declaration is made. */
function tracesOf(declare: () => pulumi.Resource): string[] {
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
  expect(tracesOf(declare)).toEqual(["callsites"]);
  expect(Error.prepareStackTrace).toBe(format);
});

test("a resource of another package has more, one for each promise", () => {
  expect(tracesOf(() => new Note("note", "hello")).length).toBeGreaterThan(10);
});

test.each(declarations)("PULUMI_DEBUG_PROMISE_LEAKS has all traces of %s", (_, declare) => {
  process.env.PULUMI_DEBUG_PROMISE_LEAKS = "1";
  expect(tracesOf(declare).length).toBeGreaterThan(10);
});

describe("in a transformation", () => {
  const declare = (transformation: () => undefined) =>
    new ServerIpAddress("transformed", { server }, { transformations: [transformation] });
  const here = /at transformation .*promiseTraces\.test\.ts/;

  test.each(["refused by the policy", ""])(
    "the trace of an error (%j) is whole, and none is left out afterwards",
    (text) => {
      let seen: string | undefined;
      const transformation = () => {
        seen = new Error(text).stack;
        throw new Error(text);
      };
      expect(() => declare(transformation)).toThrow(text);
      expect(seen).toMatch(here);
      expect(Error.prepareStackTrace).toBe(format);
    },
  );

  test("a formatter that is put in place stays, and leaves nothing out afterwards", () => {
    let covered = before;
    const installed: typeof before = (error, frames) => covered(error, frames);
    declare(() => {
      covered = Error.prepareStackTrace;
      Error.prepareStackTrace = installed;
      return undefined;
    });
    expect(Error.prepareStackTrace).toBe(installed);
    expect(tracesOf(() => new Note("after", "hello")).length).toBeGreaterThan(10);
  });
});

test("where no one formats traces, no one does afterwards", () => {
  Reflect.deleteProperty(Error, "prepareStackTrace");
  new ServerIpAddress("plain", { server });
  expect(Error.prepareStackTrace).toBeUndefined();
});
