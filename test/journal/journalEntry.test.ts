import { isAtWork, isOfOperation, isRunning, type ProcessName } from "../../src/journal/journalEntry";

/** No computer has so many. */
const ended = 2 ** 30;
const minuteMs = 60_000;
const self: ProcessName = { id: process.pid, run: "self", host: "this machine", engine: "127.0.0.1:1" };
const other: ProcessName = { ...self, id: process.ppid, run: "other" };
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

describe("isAtWork", () => {
  const isOthersWork = (more: Partial<ProcessName> = {}, at = ago(0)) =>
    isAtWork({ process: { ...other, ...more }, at }, self, minuteMs);

  test("is true of an entry that a running process has just written", () => {
    expect(isOthersWork()).toBe(true);
  });

  test("is false of an entry that this process has written itself", () => {
    expect(isAtWork({ process: self, at: ago(0) }, self, minuteMs)).toBe(false);
    expect(isAtWork({ process: { ...self, host: "another" }, at: ago(0) }, self, minuteMs)).toBe(false);
  });

  test("is false of an entry of a process that has ended", () => {
    expect(isOthersWork({ id: ended })).toBe(false);
  });

  test("is true of an entry of another host, whose processes cannot be looked at", () => {
    expect(isOthersWork({ host: "another", id: ended })).toBe(true);
  });

  test.each([
    ["is older than such work takes", ago(2 * minuteMs)],
    ["is of the future", ago(-minuteMs)],
    ["has no time", "yesterday"],
  ])("is false of an entry that %s", (_, at) => {
    expect(isOthersWork({}, at)).toBe(false);
    expect(isOthersWork({ host: "another" }, at)).toBe(false);
  });

  test("is true of an entry that is a second ahead, as a container's clock may be", () => {
    expect(isOthersWork({}, ago(-1000))).toBe(true);
  });
});

describe("isRunning", () => {
  test.each([
    ["this process", self, true],
    ["another process of this host", other, true],
    ["a process of this host that belongs to another user", { ...other, id: 1 }, true],
    ["a process that has ended", { ...other, id: ended }, false],
    ["an earlier process that had the id of this one", { ...other, id: self.id }, false],
    ["a process of another host with an id that is in use here", { ...other, host: "another" }, false],
  ])("of %s", (_, owner, expected) => {
    expect(isRunning(owner, self)).toBe(expected);
  });
});

describe("isOfOperation", () => {
  const withoutEngine = ({ engine: _, ...rest }: ProcessName): ProcessName => rest;

  test.each([
    ["this process", self, self, true],
    ["this process without an engine", withoutEngine(self), withoutEngine(self), true],
    ["another process of the same engine", other, self, true],
    ["a process of another engine", { ...other, engine: "127.0.0.1:2" }, self, false],
    ["a process that has ended, of an engine with the same address", { ...other, id: ended }, self, false],
    ["another process, where neither names an engine", withoutEngine(other), withoutEngine(self), false],
  ])("of an entry of %s", (_, owner, own, expected) => {
    expect(isOfOperation({ process: owner }, own)).toBe(expected);
  });
});
