import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Timer } from "../../../src/provider/runtime/timer";
import { mail } from "../../support/demoServers";
import { hints, Machine, type Operation } from "../../support/operation";

const declared = { server: mail, powerCycle: true };
/** One of two addresses that the program declares, one with each provider. */
const ofTwo = (name: string) => ({ ...declared, __program: hints(name, { onServer: 2, withOtherProviders: 1 }) });
const never = () => new Promise<never>(() => undefined);

let machine: Machine;
/** Live processes, whose ids the provider processes of a test have. */
let idle: ChildProcess[];
beforeEach(async () => {
  machine = await Machine.start({ rules: { requestMs: 5 } });
  idle = [];
});
afterEach(async () => {
  await Promise.all(idle.map(kill));
  await machine.end();
});

/** The simulator's clock, and enough real time for a request of the other process. */
const timer: Timer = {
  now: () => machine.simulator.clock.now(),
  async sleep(ms, signal) {
    if (signal?.aborted) return;
    machine.simulator.clock.advance(ms);
    await wait(ms < 100 ? 2 : 10);
  },
};

interface Process {
  operation: Operation;
  child: ChildProcess;
}

/** A provider process of the operation whose engine is `engine`. */
async function provider(run: string, engine = "127.0.0.1:1"): Promise<Process> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 60_000)"], { stdio: "ignore" });
  idle.push(child);
  await once(child, "spawn");
  const name = { id: child.pid as number, run, host: "this machine", engine };
  return {
    operation: machine.operation(name.id, "1.2", { timer, process: name, isEngineAlive: async () => true }),
    child,
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Everything but reads that the server was asked for, in order. */
const writes = () =>
  machine.simulator.requests
    .filter(({ method }) => method !== "GET")
    .map(({ method, path, status }) => `${path.includes("/server/") ? path.split("/").at(-1) : method} ${status}`);
const stateOfMail = () => machine.simulator.account.getServer(mail)?.state;
const journal = (ending: string) =>
  existsSync(machine.journalDirectory)
    ? readdirSync(machine.journalDirectory).filter((name) => name.endsWith(ending))
    : [];

type Verb = "stop" | "start" | "assign";

/** What happens the first time that the process is about to ask for something, or has been answered. */
function at({ operation }: Process, when: "before" | "after", verb: Verb, act: () => unknown): void {
  const { ipAddresses, servers } = operation.session.client();
  const verbs = (verb === "assign" ? ipAddresses : servers) as unknown as Record<
    string,
    (...args: unknown[]) => unknown
  >;
  const original = verbs[verb] as (...args: unknown[]) => unknown;
  verbs[verb] = async (...args) => {
    verbs[verb] = original;
    if (when === "before") await act();
    const answer = await original(...args);
    if (when === "after") await act();
    return answer;
  };
}

test("two addresses of a running server, one of each provider, share one stop and one start", async () => {
  const [one, two] = [await provider("one"), await provider("two")];
  await Promise.all([one.operation.create("a", ofTwo("a")), two.operation.create("b", ofTwo("b"))]);
  expect(writes()).toEqual(["stop 200", "POST 201", "POST 201", "start 200"]);
  expect(stateOfMail()).toBe("started");
});

test("two releases, one of each provider, share one stop and one start", async () => {
  const saved = [await machine.operation().create("a", declared), await machine.operation().create("b", declared)];
  machine.simulator.clearRequests();
  const processes = [await provider("one"), await provider("two")];
  await Promise.all(processes.map(({ operation }, index) => operation.delete(saved[index] as (typeof saved)[0])));
  expect(writes()).toEqual(["stop 200", "DELETE 204", "DELETE 204", "start 200"]);
  expect(stateOfMail()).toBe("started");
});

describe.each([
  ["before", "stop"],
  ["after", "stop"],
  ["before", "assign"],
  ["after", "assign"],
] as const)("a change of the other provider that comes %s the %s", (when, verb) => {
  test.each(["a", "z"])("joins the first one's stop, and the first one starts the server (run %s)", async (run) => {
    const [one, two] = [await provider("m"), await provider(run)];
    let joined: Promise<unknown> | undefined;
    at(one, when, verb, () => {
      joined = two.operation.create("b", ofTwo("b"));
    });
    await one.operation.create("a", ofTwo("a"));
    await joined;
    expect(writes()).toEqual(["stop 200", "POST 201", "POST 201", "start 200"]);
    expect(stateOfMail()).toBe("started");
  });
});

test.each(["before", "after"] as const)(
  "a change of the other provider that comes %s the start waits until the server runs, and has a cycle of its own",
  async (when) => {
    const [one, two] = [await provider("one"), await provider("two")];
    let late: Promise<unknown> | undefined;
    at(one, when, "start", async () => {
      late = two.operation.create("b", declared);
      await wait(50);
    });
    await one.operation.create("a", declared);
    await late;
    expect(writes()).toEqual(["stop 200", "POST 201", "start 200", "stop 200", "POST 201", "start 200"]);
    expect(stateOfMail()).toBe("started");
  },
);

test("the server is not started during a slow change of the other provider, and a progress line says so", async () => {
  const [one, two] = [await provider("one"), await provider("two")];
  let slow: Promise<unknown> | undefined;
  at(two, "before", "assign", () => wait(1500));
  at(one, "before", "assign", () => {
    slow = two.operation.create("b", declared);
  });
  await one.operation.create("a", declared);
  await slow;
  expect(writes()).toEqual(["stop 200", "POST 201", "POST 201", "start 200"]);
  expect(one.operation.said).toContainEqual(
    expect.stringMatching(/^waiting for another provider process that changes server "mail", \d+ s so far/),
  );
});

test("a stop that UpCloud refuses to one provider is sent by the other", async () => {
  const [one, two] = [await provider("one"), await provider("two")];
  machine.simulator.faults.add({ kind: "error", method: "POST", path: "/server/*/stop", status: 403 });
  const outcomes = await Promise.allSettled([one.operation.create("a", declared), two.operation.create("b", declared)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(writes()).toEqual(["stop 403", "stop 200", "POST 201", "start 200"]);
});

test("no file remains, and the file of a killed process does not count", async () => {
  const dead = await provider("dead");
  at(dead, "before", "stop", never);
  void dead.operation.create("a", declared);
  while (journal(".stopped").length === 0) await wait(5);
  await kill(dead.child);
  writeFileSync(`${machine.journalDirectory}/${mail}.cut-off.change`, '{"server":');
  await (await provider("one")).operation.create("b", declared);
  expect([stateOfMail(), journal(".change"), journal(".stopped")]).toEqual(["started", [], []]);
});

test("a process of another operation is not waited for", async () => {
  const [one, other] = [await provider("one"), await provider("other", "127.0.0.1:2")];
  at(other, "before", "stop", never);
  void other.operation.create("b", declared);
  while (journal(".stopped").length === 0) await wait(5);
  await one.operation.create("a", declared);
  expect(writes()).toEqual(["stop 200", "POST 201", "start 200"]);
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
    const [victim, other] = [await provider(run), await provider("m")];
    const isKilled = new Promise<void>((resolve) => {
      at(victim, when, verb, async () => {
        await kill(victim.child);
        resolve();
        return never();
      });
    });
    const ended = victim.operation.create("a", declared);
    const [{ id }] = await Promise.all([other.operation.create("b", declared), Promise.race([isKilled, ended])]);
    machine.inState = [id];
    machine.simulator.clock.advance(60_000);
    await (await provider("next", "127.0.0.1:2")).operation.create("a", declared);
    machine.simulator.clock.advance(60_000);
    expect(stateOfMail()).toBe("started");
  });
});

test("a server whose stopping process is killed is started by the other one", async () => {
  const [one, two] = [await provider("one"), await provider("two")];
  const survived = new Promise<unknown>((resolve) => {
    at(one, "before", "assign", () => {
      resolve(two.operation.create("b", declared));
      return never();
    });
  });
  at(two, "before", "assign", () => kill(one.child));
  void one.operation.create("a", declared);
  await survived;
  expect(writes()).toEqual(["stop 200", "POST 201", "start 200"]);
  expect(journal(".stopped")).toEqual([]);
});

describe("a program that has addresses of one server with two providers", () => {
  const hints = (onServer: number, withOtherProviders: number, name: string, preview = false) => ({
    __program: JSON.stringify({ preview, onServer, withOtherProviders, urn: name, stack: "o/p/test" }),
  });
  const line = { __provider: "" };

  test("waits for the address of the other provider while the server still runs", async () => {
    const [one, two] = [await provider("one"), await provider("two")];
    const first = one.operation.create("a", { ...declared, ...hints(2, 1, "a") });
    await wait(100);
    expect(writes()).toEqual([]);
    await Promise.all([first, two.operation.create("b", { ...declared, ...hints(2, 1, "b") })]);
    expect(writes()).toEqual(["stop 200", "POST 201", "POST 201", "start 200"]);
  });

  test("does not wait for an unchanged address of the other provider", async () => {
    const [one, two] = [await provider("one"), await provider("two")];
    await two.operation.provider.check({ server: mail }, { ...line, ...declared, ...hints(2, 1, "b") });
    const since = machine.simulator.clock.now();
    let stoppedAfterMs = Number.POSITIVE_INFINITY;
    at(one, "before", "stop", () => {
      stoppedAfterMs = machine.simulator.clock.now() - since;
    });
    await one.operation.create("a", { ...declared, ...hints(2, 1, "a") });
    expect(stoppedAfterMs).toBeLessThan(5000);
    expect(writes()).toEqual(["stop 200", "POST 201", "start 200"]);
  });

  test("waits only briefly for a provider process that never starts", async () => {
    const one = await provider("one");
    const since = machine.simulator.clock.now();
    await one.operation.create("a", { ...declared, ...hints(2, 1, "a") });
    expect(machine.simulator.clock.now() - since).toBeLessThan(30_000);
    expect(writes()).toEqual(["stop 200", "POST 201", "start 200"]);
  });

  test("leaves no file after a preview", async () => {
    const one = await provider("one");
    await one.operation.provider.check({}, { ...line, ...declared, ...hints(2, 1, "a", true) });
    expect(journal(".change")).toEqual([]);
  });
});
