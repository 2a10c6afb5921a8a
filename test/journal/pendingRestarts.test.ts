import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { mail } from "../support/demoServers";
import { Machine, type Operation, type Saved } from "../support/operation";

const declared = { server: mail, powerCycle: true };
const never = () => new Promise<never>(() => undefined);

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.start();
});
afterEach(() => machine.end());

const stateOfMail = () => machine.simulator.account.getServer(mail)?.state;
const journal = () => readdirSync(machine.journalDirectory);

type Moment = "before the server is stopped" | "before the change" | "after the change" | "before the start";

/** What does not come to pass any more in a process that is killed then. */
function endAt(moment: Moment, { session }: Operation): Promise<void> {
  const { ipAddresses, servers } = session.client();
  return new Promise((reached) => {
    const end = () => {
      reached();
      return never();
    };
    if (moment === "before the server is stopped") servers.stop = end;
    if (moment === "before the start") servers.start = end;
    for (const change of ["assign", "release"] as const) {
      const original = ipAddresses[change] as (...args: unknown[]) => Promise<unknown>;
      if (moment === "before the change") ipAddresses[change] = end;
      if (moment === "after the change") {
        Object.assign(ipAddresses, { [change]: (...args: unknown[]) => original(...args).then(end) });
      }
    }
  });
}

async function killedCreate(moment: Moment, id?: number): Promise<void> {
  const operation = machine.operation(id);
  const reached = endAt(moment, operation);
  void operation.create("a", declared);
  await reached;
}

const moments: Moment[] = ["before the server is stopped", "before the change", "after the change", "before the start"];

describe.each(moments)("a server whose power cycle was killed %s", (moment) => {
  test("runs again after the create that follows", async () => {
    await killedCreate(moment);
    machine.simulator.clock.advance(60_000);
    const saved = await machine.operation().create("a", declared);
    expect([stateOfMail(), machine.simulator.account.listIpAddresses(mail)]).toEqual(["started", expect.anything()]);
    await machine.operation().diff(saved, declared);
    expect(journal().filter((name) => !name.endsWith(".claim"))).toEqual([]);
  });

  test("runs again after the delete that follows", async () => {
    const saved: Saved = await machine.operation().create("a", declared);
    const operation = machine.operation();
    const reached = endAt(moment, operation);
    void operation.delete(saved);
    await reached;
    machine.simulator.clock.advance(60_000);
    await machine.operation().delete(saved);
    expect([stateOfMail(), machine.simulator.account.getIpAddress(saved.id)]).toEqual(["started", undefined]);
    expect(journal()).toEqual([]);
  });
});

test("a server whose start is refused is saved with the address that was taken over", async () => {
  await killedCreate("before the start");
  machine.simulator.faults.add({ kind: "error", method: "POST", path: "/server/*/start", status: 402 });
  const failure = machine.operation().create("a", declared);
  await expect(failure).rejects.toMatchObject({
    properties: { leftStopped: true },
    message: expect.stringContaining(mail),
  });
});

test("a server that a running process has stopped is left for that process to start", async () => {
  await killedCreate("before the start", process.pid);
  // It works for another stack.
  machine.pending.clear();
  await machine.operation().create("b", declared);
  expect(stateOfMail()).toBe("stopped");
});

test("a server that was stopped before stays stopped", async () => {
  machine.simulator.account.stopServer(mail);
  await killedCreate("before the change");
  await machine.operation().create("a", declared);
  expect(stateOfMail()).toBe("stopped");
});

test("a stop that UpCloud refuses owes no start", async () => {
  machine.simulator.faults.add({ kind: "error", method: "POST", path: "/server/*/stop", status: 403 });
  await expect(machine.operation().create("a", declared)).rejects.toThrow("403");
  expect(journal()).toEqual([]);
});

test("a truncated note counts for nothing, because its stop was never sent", async () => {
  machine.simulator.account.stopServer(mail);
  mkdirSync(machine.journalDirectory);
  writeFileSync(`${machine.journalDirectory}/${mail}.cut-off.stopped`, '{"server":');
  await machine.operation().create("a", declared);
  expect(stateOfMail()).toBe("stopped");
});

test("a note whose renewal was truncated still counts", async () => {
  machine.simulator.account.stopServer(mail);
  mkdirSync(machine.journalDirectory);
  const ended = { id: 2 ** 30, run: "ended", host: "this machine" };
  const note = JSON.stringify({ server: mail, process: ended, at: new Date().toISOString() });
  writeFileSync(`${machine.journalDirectory}/${mail}.ended.stopped`, `\n${note}\n{"server":`);
  await machine.operation().create("a", declared);
  expect(stateOfMail()).toBe("started");
});

test("a server whose start has failed after a release is started when an error hook repeats the delete", async () => {
  const saved = await machine.operation().create("a", declared);
  const operation = machine.operation();
  machine.simulator.faults.add({ kind: "error", status: 401, method: "POST", path: "/server/*/start" });
  await expect(operation.delete(saved)).rejects.toThrow("The address was released.");
  expect(stateOfMail()).toBe("stopped");
  await operation.delete(saved);
  expect(stateOfMail()).toBe("started");
});
