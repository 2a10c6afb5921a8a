import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessName } from "../../src/journal/journalEntry";
import { OperationChanges } from "../../src/journal/operationChanges";
import { mail } from "../support/demoServers";

/** No computer has so many. */
const ended = 2 ** 30;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "operation-changes-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Ids of processes that run: another one for each run. */
const ids = new Map<string, number>();
const idOf = (run: string): number => {
  const free = [process.pid, process.ppid, 1].filter((id) => ![...ids.values()].includes(id));
  const id = ids.get(run) ?? free[0] ?? ended;
  ids.set(run, id);
  return id;
};
beforeEach(() => ids.clear());

const processOf = (run: string, more: Partial<ProcessName> = {}): ProcessName => ({
  id: more.id ?? idOf(run),
  run,
  host: "this machine",
  engine: "127.0.0.1:1",
  ...more,
});
const changesOf = (run: string, more?: Partial<ProcessName>, directory = folder) =>
  new OperationChanges(directory, processOf(run, more), ({ process }) => process.id !== ended);

/** What another process has just written, at a moment between two steps of this one. */
const write = (run: string, phase: string) =>
  writeFileSync(
    join(folder, `${mail}.${run}.change`),
    JSON.stringify({ server: mail, process: processOf(run), at: new Date().toISOString(), phase }),
  );

test("when two processes claim the stop at the same moment, the one whose run sorts first gets it", () => {
  const [a, b] = [changesOf("a"), changesOf("b")];
  write("b", "claiming");
  expect(a.claimStop(mail)).toBe(false);
  expect(b.claimStop(mail)).toBe(false);
  expect([a.claimStop(mail), b.claimStop(mail), a.claimStop(mail)]).toEqual([true, false, true]);
});

test("a stop that was claimed stays claimed until its process gives it up or ends", () => {
  const [z, a] = [changesOf("z"), changesOf("a")];
  expect([z.claimStop(mail), a.claimStop(mail)]).toEqual([true, false]);
  z.giveUpStop(mail);
  expect([a.claimStop(mail), z.claimStop(mail)]).toEqual([true, false]);
  a.end(mail);
  expect(z.claimStop(mail)).toBe(true);
});

test("a start cannot be claimed while another process changes the server, and keeps those that come waiting", () => {
  const [one, two] = [changesOf("one"), changesOf("two")];
  two.begin(mail);
  one.wait(mail);
  expect(one.claimStart(mail)).toBe(false);
  two.end(mail);
  expect(one.claimStart(mail)).toBe(true);
  expect([two.isStartedByOthers(mail), two.isStoppedByOthers(mail)]).toEqual([true, true]);
  one.end(mail);
  expect(two.isStartedByOthers(mail)).toBe(false);
});

test("a process keeps the claim of the stop when it changes the server again", () => {
  const [one, two] = [changesOf("one"), changesOf("two")];
  one.claimStop(mail);
  one.wait(mail);
  one.begin(mail);
  expect(two.claimStop(mail)).toBe(false);
});

test.each([
  ["that was killed", "x", { id: ended }],
  ["of another operation", "x", { engine: "127.0.0.1:2" }],
  ["of another host", "x", { host: "another" }],
  ["that knows no engine", "x", { engine: undefined }],
])("a process %s does not count", (_, run, more) => {
  const other = changesOf(run, more as Partial<ProcessName>);
  other.claimStop(mail);
  other.arrived(mail, 1);
  const one = changesOf("one");
  expect([one.areOthersChanging(mail), one.isStoppedByOthers(mail), one.claimStop(mail)]).toEqual([false, false, true]);
  expect(one.arrivedElsewhere(mail)).toBe(0);
});

test("the files of processes that have ended are removed, and those of processes at work stay", () => {
  changesOf("dead", { id: ended }).begin(mail);
  changesOf("other").begin(mail);
  writeFileSync(join(folder, `${mail}.cut.change`), "{");
  const one = changesOf("one");
  one.begin(mail);
  one.end(mail);
  expect(readdirSync(folder)).toEqual([`${mail}.other.change`]);
});

test("a directory that cannot be written leaves each process alone", () => {
  const file = join(folder, "a file");
  writeFileSync(file, "");
  const one = changesOf("one", {}, join(file, "directory"));
  one.begin(mail);
  expect([one.claimStop(mail), one.claimStart(mail)]).toEqual([true, true]);
  one.end(mail);
});

test("arrived addresses are counted until their process ends", () => {
  const [one, two] = [changesOf("one"), changesOf("two")];
  two.arrived(mail, 2);
  two.begin(mail);
  two.end(mail);
  expect([one.arrivedElsewhere(mail), one.areOthersChanging(mail)]).toEqual([2, false]);
});
