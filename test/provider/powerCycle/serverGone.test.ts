import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import type { Fault } from "../../../src/simulator";
import { mail, web } from "../../support/demoServers";
import { always } from "../../support/faults";
import { Machine, type Saved } from "../../support/operation";

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.start();
});
afterEach(() => machine.end());

const deleteMail = () => {
  if (machine.simulator.account.getServer(mail) !== undefined) machine.simulator.account.deleteServer(mail);
};
const owedStarts = () =>
  existsSync(machine.journalDirectory)
    ? readdirSync(machine.journalDirectory).filter((name) => name.endsWith(".stopped"))
    : [];
const statusesOf = (part: string) =>
  machine.simulator.requests
    .filter(({ method, path }) => `${method} ${path}`.includes(part))
    .map(({ status }) => status);

type Change = "POST /ip_address" | "DELETE /ip_address/*";
interface Moment {
  name: string;
  powerCycle: boolean;
  faults(change: Change): Fault[];
}
const gone = (at: string, skip = 0): Fault => ({ kind: "act", ...target(at), skip, act: deleteMail });
const goneAtTheLookAfter = (at: string): Fault => ({
  kind: "act",
  ...target(at),
  act: () => machine.simulator.faults.add(gone(look)),
});
const refusedForItsState = (at: string): Fault => ({
  kind: "error",
  ...target(at),
  status: 409,
  errorCode: "SERVER_STATE_ILLEGAL",
});
function target(at: string) {
  const [method, path] = at.split(" ");
  return { method, path } as { method: string; path: string };
}

const look = "GET /server/*";
const moments: Moment[] = [
  { name: "at the first look", powerCycle: true, faults: () => [gone(look)] },
  { name: "at the stop", powerCycle: true, faults: () => [gone("POST /server/*/stop")] },
  { name: "while it stops", powerCycle: true, faults: () => [gone(look, 2)] },
  { name: "at the change", powerCycle: true, faults: (change) => [gone(change)] },
  {
    name: "after a refusal for its state",
    powerCycle: true,
    faults: (change) => [goneAtTheLookAfter(change), refusedForItsState(change)],
  },
  { name: "at the change, left alone", powerCycle: false, faults: (change) => [gone(change)] },
  { name: "in maintenance, left alone", powerCycle: false, faults: () => [gone(look, 2)] },
];
const startMoments: Moment[] = [
  { name: "at the start", powerCycle: true, faults: () => [gone("POST /server/*/start")] },
  {
    name: "after a start that failed in passing",
    powerCycle: true,
    faults: () => [
      goneAtTheLookAfter("POST /server/*/start"),
      { kind: "error", ...target("POST /server/*/start"), status: 503 },
    ],
  },
];

/** Left alone, a server in maintenance is waited for. */
function prepare({ powerCycle, faults }: Moment, change: Change) {
  const { simulator } = machine;
  if (!powerCycle) simulator.account.setServerState(mail, "maintenance", { state: "stopped", afterMs: 60_000 });
  for (const fault of faults(change)) simulator.faults.add(fault);
  simulator.clearRequests();
}

describe.each([...moments, ...startMoments])("a server that is deleted $name", (moment) => {
  test("has taken the address with it: the delete succeeds and owes no start", async () => {
    const saved = await machine.operation().create("a", { server: mail, powerCycle: true });
    const { powerCycle } = moment;
    prepare(moment, "DELETE /ip_address/*");
    await machine.operation().delete({ ...saved, state: { ...saved.state, powerCycle } });
    expect(machine.simulator.account.getServer(mail)).toBeUndefined();
    expect([machine.simulator.faults.pending, owedStarts()]).toEqual([[], []]);
  });

  test("fails the create, which says that nothing is assigned and owes no start", async () => {
    prepare(moment, "POST /ip_address");
    const { powerCycle } = moment;
    const failure = await machine
      .operation()
      .create("a", { server: mail, powerCycle })
      .catch((error: Error) => error.message);
    expect(failure).toMatch(
      /^There is no server 009d64ef-.*SERVER_NOT_FOUND.* No address was assigned\. If the server was/s,
    );
    expect(failure).not.toContain("upctl server start");
    expect([machine.simulator.faults.pending, owedStarts()]).toEqual([[], []]);
  });
});

test("a release after its server is gone looks again and keeps an address that has moved to another server", async () => {
  const saved = await machine.operation().create("a", { server: mail, powerCycle: true });
  machine.simulator.faults.add({
    kind: "act",
    ...target(look),
    act: (account) => {
      account.moveIpAddress(saved.id, web);
      account.deleteServer(mail);
    },
  });
  machine.simulator.clearRequests();
  await machine.operation().delete(saved);
  expect(machine.simulator.account.getIpAddress(saved.id)?.server).toBe(web);
  expect(statusesOf("DELETE")).toEqual([]);
});

describe("the duty to start a server that is gone", () => {
  let saved: Saved;
  beforeEach(async () => {
    saved = await machine.operation().create("a", { server: mail, powerCycle: true });
    saved.state.leftStopped = true;
    deleteMail();
  });

  test("ends an update with what to do", async () => {
    const update = machine.operation().provider.update(saved.id, saved.state, { ...saved.state });
    await expect(update).rejects.toThrow(
      /^There is no server 009d64ef-.* Its addresses were deleted with it: run `pulumi refresh`, then `pulumi up`\.$/s,
    );
  });

  test("does not fail a delete", async () => {
    await machine.operation().delete(saved);
    expect(owedStarts()).toEqual([]);
  });

  test("fails a delete when the look at the server is refused", async () => {
    machine.simulator.faults.add({ kind: "error", ...target(look), status: 403, errorCode: "SERVER_FORBIDDEN" });
    await expect(machine.operation().delete(saved)).rejects.toThrow("upctl server start");
  });

  test.each(["create", "delete"] as const)(
    "is forgotten by the next %s where an ended process left it",
    async (verb) => {
      mkdirSync(machine.journalDirectory, { recursive: true });
      const ended = { id: 2 ** 30, run: "ended", host: "this machine" };
      const note = JSON.stringify({ server: mail, process: ended, at: new Date().toISOString() });
      writeFileSync(`${machine.journalDirectory}/${mail}.ended.stopped`, `${note}\n`);
      const operation = machine.operation();
      if (verb === "delete")
        await operation.delete({ ...saved, state: { ...saved.state, leftStopped: undefined } as never });
      else await expect(operation.create("b", { server: mail, powerCycle: true })).rejects.toThrow("SERVER_NOT_FOUND");
      expect(owedStarts()).toEqual([]);
    },
  );
});

test.each([
  ["403", "SERVER_FORBIDDEN"],
  ["403", "ACTION_FORBIDDEN"],
  ["503", "SERVICE_UNAVAILABLE"],
])(
  "a refusal for the server's state comes first in the error when the look at the server is answered %s %s",
  async (status, errorCode) => {
    machine.simulator.faults.add({ kind: "error", ...target(look), status: Number(status), errorCode, times: always });
    const failure = await machine
      .operation()
      .create("a", { server: mail })
      .catch((error: Error) => error.message);
    expect(failure).toMatch(
      /^UpCloud assigns and releases addresses only while the server is stopped, .*SERVER_STATE_ILLEGAL/,
    );
    expect(failure).toContain(` The server's state could not be read: `);
    expect(failure).toContain(`${status} ${errorCode}`);
  },
);
