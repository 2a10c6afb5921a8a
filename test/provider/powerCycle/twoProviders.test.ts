import { writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { mail } from "../../support/demoServers";
import { hints } from "../../support/operation";
import { at, ComputerOfProviders } from "./support/computerOfProviders";

const declared = { server: mail, powerCycle: true };
/** One of two addresses that the program declares, one with each provider. */
const ofTwo = (name: string) => ({ ...declared, __program: hints(name, { onServer: 2, withOtherProviders: 1 }) });
const never = () => new Promise<never>(() => undefined);

let computer: ComputerOfProviders;
beforeEach(async () => {
  computer = await ComputerOfProviders.start();
});
afterEach(() => computer.end());

test("two addresses of a running server, one of each provider, share one stop and one start", async () => {
  const [one, two] = [await computer.provider("one"), await computer.provider("two")];
  await Promise.all([one.operation.create("a", ofTwo("a")), two.operation.create("b", ofTwo("b"))]);
  expect(computer.writes()).toEqual(["stop 200", "POST 201", "POST 201", "start 200"]);
  expect(computer.stateOfMail()).toBe("started");
});

test("two releases, one of each provider, share one stop and one start", async () => {
  const saved = [
    await computer.machine.operation().create("a", declared),
    await computer.machine.operation().create("b", declared),
  ];
  computer.machine.simulator.clearRequests();
  const processes = [await computer.provider("one"), await computer.provider("two")];
  await Promise.all(processes.map(({ operation }, index) => operation.delete(saved[index] as (typeof saved)[0])));
  expect(computer.writes()).toEqual(["stop 200", "DELETE 204", "DELETE 204", "start 200"]);
  expect(computer.stateOfMail()).toBe("started");
});

describe.each([
  ["before", "stop"],
  ["after", "stop"],
  ["before", "assign"],
  ["after", "assign"],
] as const)("a change of the other provider that comes %s the %s", (when, verb) => {
  test.each(["a", "z"])("joins the first one's stop, and the first one starts the server (run %s)", async (run) => {
    const [one, two] = [await computer.provider("m"), await computer.provider(run)];
    let joined: Promise<unknown> | undefined;
    at(one, when, verb, () => {
      joined = two.operation.create("b", ofTwo("b"));
    });
    await one.operation.create("a", ofTwo("a"));
    await joined;
    expect(computer.writes()).toEqual(["stop 200", "POST 201", "POST 201", "start 200"]);
    expect(computer.stateOfMail()).toBe("started");
  });
});

test.each(["before", "after"] as const)(
  "a change of the other provider that comes %s the start waits until the server runs, and has a cycle of its own",
  async (when) => {
    const [one, two] = [await computer.provider("one"), await computer.provider("two")];
    let late: Promise<unknown> | undefined;
    at(one, when, "start", async () => {
      late = two.operation.create("b", declared);
      await wait(50);
    });
    await one.operation.create("a", declared);
    await late;
    expect(computer.writes()).toEqual(["stop 200", "POST 201", "start 200", "stop 200", "POST 201", "start 200"]);
    expect(computer.stateOfMail()).toBe("started");
  },
);

test("the server is not started during a slow change of the other provider, and a progress line says so", async () => {
  const [one, two] = [await computer.provider("one"), await computer.provider("two")];
  let slow: Promise<unknown> | undefined;
  at(two, "before", "assign", () => wait(1500));
  at(one, "before", "assign", () => {
    slow = two.operation.create("b", declared);
  });
  await one.operation.create("a", declared);
  await slow;
  expect(computer.writes()).toEqual(["stop 200", "POST 201", "POST 201", "start 200"]);
  expect(one.operation.said).toContainEqual(
    expect.stringMatching(/^waiting for another provider process that changes server "mail", \d+ s so far/),
  );
});

test("a stop that UpCloud refuses to one provider is sent by the other", async () => {
  const [one, two] = [await computer.provider("one"), await computer.provider("two")];
  computer.machine.simulator.faults.add({ kind: "error", method: "POST", path: "/server/*/stop", status: 403 });
  const outcomes = await Promise.allSettled([one.operation.create("a", declared), two.operation.create("b", declared)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(computer.writes()).toEqual(["stop 403", "stop 200", "POST 201", "start 200"]);
});

test("no file remains, and the file of a killed process does not count", async () => {
  const dead = await computer.provider("dead");
  at(dead, "before", "stop", never);
  void dead.operation.create("a", declared);
  while (computer.journal(".stopped").length === 0) await wait(5);
  await computer.kill(dead.child);
  writeFileSync(`${computer.machine.journalDirectory}/${mail}.cut-off.change`, '{"server":');
  await (await computer.provider("one")).operation.create("b", declared);
  expect([computer.stateOfMail(), computer.journal(".change"), computer.journal(".stopped")]).toEqual([
    "started",
    [],
    [],
  ]);
});

test("a process of another operation is not waited for", async () => {
  const [one, other] = [await computer.provider("one"), await computer.provider("other", "127.0.0.1:2")];
  at(other, "before", "stop", never);
  void other.operation.create("b", declared);
  while (computer.journal(".stopped").length === 0) await wait(5);
  await one.operation.create("a", declared);
  expect(computer.writes()).toEqual(["stop 200", "POST 201", "start 200"]);
});

describe.each(["a", "z"])("of two providers, the one with run %s is killed", (run) => {
  test.each([
    ["before", "stop"],
    ["after", "stop"],
    ["before", "assign"],
    ["after", "assign"],
    ["before", "start"],
    ["after", "start"],
  ] as const)("%s the %s, and the server runs in the end", async (when, verb) => {
    const [victim, other] = [await computer.provider(run), await computer.provider("m")];
    const isKilled = new Promise<void>((resolve) => {
      at(victim, when, verb, async () => {
        await computer.kill(victim.child);
        resolve();
        return never();
      });
    });
    const ended = victim.operation.create("a", declared);
    const [{ id }] = await Promise.all([other.operation.create("b", declared), Promise.race([isKilled, ended])]);
    computer.machine.inState = [id];
    computer.machine.simulator.clock.advance(60_000);
    await (await computer.provider("next", "127.0.0.1:2")).operation.create("a", declared);
    computer.machine.simulator.clock.advance(60_000);
    expect(computer.stateOfMail()).toBe("started");
  });
});

test("a server whose stopping process is killed is started by the other one", async () => {
  const [one, two] = [await computer.provider("one"), await computer.provider("two")];
  const survived = new Promise<unknown>((resolve) => {
    at(one, "before", "assign", () => {
      resolve(two.operation.create("b", declared));
      return never();
    });
  });
  at(two, "before", "assign", () => computer.kill(one.child));
  void one.operation.create("a", declared);
  await survived;
  expect(computer.writes()).toEqual(["stop 200", "POST 201", "start 200"]);
  expect(computer.journal(".stopped")).toEqual([]);
});

describe("a program that has addresses of one server with two providers", () => {
  const hints = (onServer: number, withOtherProviders: number, name: string, preview = false) => ({
    __program: JSON.stringify({ preview, onServer, withOtherProviders, urn: name, stack: "o/p/test" }),
  });
  const line = { __provider: "" };

  test("waits for the address of the other provider while the server still runs", async () => {
    const [one, two] = [await computer.provider("one"), await computer.provider("two")];
    const first = one.operation.create("a", { ...declared, ...hints(2, 1, "a") });
    await wait(100);
    expect(computer.writes()).toEqual([]);
    await Promise.all([first, two.operation.create("b", { ...declared, ...hints(2, 1, "b") })]);
    expect(computer.writes()).toEqual(["stop 200", "POST 201", "POST 201", "start 200"]);
  });

  test("does not wait for an unchanged address of the other provider", async () => {
    const [one, two] = [await computer.provider("one"), await computer.provider("two")];
    await two.operation.provider.check({ server: mail }, { ...line, ...declared, ...hints(2, 1, "b") });
    const since = computer.machine.simulator.clock.now();
    let stoppedAfterMs = Number.POSITIVE_INFINITY;
    at(one, "before", "stop", () => {
      stoppedAfterMs = computer.machine.simulator.clock.now() - since;
    });
    await one.operation.create("a", { ...declared, ...hints(2, 1, "a") });
    expect(stoppedAfterMs).toBeLessThan(5000);
    expect(computer.writes()).toEqual(["stop 200", "POST 201", "start 200"]);
  });

  test("waits only briefly for a provider process that never starts", async () => {
    const one = await computer.provider("one");
    const since = computer.machine.simulator.clock.now();
    await one.operation.create("a", { ...declared, ...hints(2, 1, "a") });
    expect(computer.machine.simulator.clock.now() - since).toBeLessThan(30_000);
    expect(computer.writes()).toEqual(["stop 200", "POST 201", "start 200"]);
  });

  test("leaves no file after a preview", async () => {
    const one = await computer.provider("one");
    await one.operation.provider.check({}, { ...line, ...declared, ...hints(2, 1, "a", true) });
    expect(computer.journal(".change")).toEqual([]);
  });
});
