import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mail, web } from "../../support/demoServers";
import { Machine, type Operation, type Saved } from "../../support/operation";

const never = () => new Promise<never>(() => undefined);

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.start();
});
afterEach(() => machine.end());

const extras = () =>
  machine.simulator.account
    .listIpAddresses()
    .filter((one) => one.server === web && !one.partOfPlan && one.access === "public")
    .map(({ address }) => address)
    .sort();
const journal = () => (existsSync(machine.journalDirectory) ? readdirSync(machine.journalDirectory) : []);
const sorted = (saved: Saved[]) => saved.map(({ id }) => id).sort();

/** The moments at which a process can end, by what does not come to pass any more. */
const moments = {
  "before the request is sent": ({ session }: Operation) => {
    session.client().ipAddresses.assign = never;
  },
  "before the answer comes": ({ session }: Operation) => {
    const { assign } = session.client().ipAddresses;
    session.client().ipAddresses.assign = async (...request) => {
      await assign(...request);
      return never();
    };
  },
  "before the PTR record is set": ({ session }: Operation) => {
    session.client().ipAddresses.modify = never;
  },
  "before the answer about the PTR record comes": ({ session }: Operation) => {
    const { modify } = session.client().ipAddresses;
    session.client().ipAddresses.modify = async (...request) => {
      await modify(...request);
      return never();
    };
  },
};
type Moment = keyof typeof moments;

/** Creates that never end, since their process does. */
async function killed(moment: Moment, names: string[], declared: Record<string, unknown> = {}): Promise<Operation> {
  const operation = machine.operation();
  moments[moment](operation);
  for (const name of names) void operation.create(name, { server: web, ptrRecord: "a.example.com", ...declared });
  const expected = moment === "before the request is sent" ? 0 : names.length;
  const isThere = () =>
    journal().filter((file) => file.endsWith("l")).length === names.length && extras().length === expected;
  for (let turns = 0; !isThere() && turns < 500; turns++) await new Promise((resolve) => setTimeout(resolve, 2));
  await new Promise((resolve) => setTimeout(resolve, 30));
  return operation;
}

describe.each(Object.keys(moments) as Moment[])("a process that ends %s", (moment) => {
  test("leaves an address that the next create of the same resource takes over", async () => {
    await killed(moment, ["a"]);
    const before = extras();
    const { id, state } = await machine.operation().create("a", { server: web, ptrRecord: "a.example.com" });
    expect(extras()).toEqual([id]);
    if (before.length > 0) expect(before).toEqual([id]);
    expect(state.ptrRecord).toBe("a.example.com");
  });

  test("during three creates leaves only addresses that the next operation finds", async () => {
    await killed(moment, ["a", "b", "c"]);
    const next = machine.operation();
    const saved = await Promise.all(
      ["a", "b", "c"].map((name) => next.create(name, { server: web, ptrRecord: "a.example.com" })),
    );
    expect(sorted(saved)).toEqual(extras());
    expect(extras()).toHaveLength(3);
  });

  test("leaves nothing to a create of another family", async () => {
    await killed(moment, ["a"]);
    const [left] = extras();
    const { id } = await machine.operation().create("a", { server: web, family: "IPv6" });
    expect(id).not.toBe(left);
  });
});

test("an address that is taken over is reported with the time of the interrupted operation", async () => {
  await killed("before the answer comes", ["a"]);
  const next = machine.operation();
  const { id } = await next.create("a", { server: web });
  expect(next.said).toEqual([
    expect.stringMatching(
      new RegExp(
        `^${id}: taken over from an interrupted operation \\(20.*Z\\), instead of assigning another address\\.$`,
      ),
    ),
  ]);
});

describe("an address that was reported to Pulumi", () => {
  test("and that the state shows as interrupted is taken over", async () => {
    const { id } = await machine.operation().createUnsaved("a", { server: web });
    expect((await machine.operation().create("a", { server: web })).id).toBe(id);
    expect(extras()).toEqual([id]);
  });

  test("and that the state shows as interrupted is taken over under any name of the stack", async () => {
    const { id } = await machine.operation().createUnsaved("a", { server: web });
    expect((await machine.operation().create("renamed", { server: web })).id).toBe(id);
    expect(extras()).toEqual([id]);
  });

  test("is not taken over where the state does not show an interruption, and one line names it and the audit", async () => {
    const { id } = await machine.operation().create("a", { server: web });
    const next = machine.operation();
    expect((await next.create("a", { server: web })).id).not.toBe(id);
    expect(extras()).toHaveLength(2);
    expect(next.said).toEqual([
      expect.stringMatching(
        `^${id} was assigned to server ${web} for this resource at .* does not show that its create was interrupted\\. Run .pulumi-upcloud-ip audit.`,
      ),
    ]);
  });

  test("is taken over after a stack with the former name of this one has read a state of its own", async () => {
    const { id } = await machine.operation().createUnsaved("a", { server: web });
    const [interrupted] = machine.pending;
    machine.pending.clear();
    const other = await machine.operation().create("other", { server: mail, powerCycle: true });
    await machine.operation().delete(other);
    if (interrupted !== undefined) machine.pending.add(interrupted);
    expect((await machine.operation().create("a", { server: web })).id).toBe(id);
  });

  test("is not taken over when it was released and now belongs to another resource", async () => {
    const { id } = await machine.operation().create("a", { server: web });
    machine.simulator.account.releaseIpAddress(id);
    const { address } = machine.simulator.account.assignIpAddress({ server: web });
    expect(address).toBe(id);
    expect((await machine.operation().create("a", { server: web })).id).not.toBe(id);
  });

  test("is not taken over on the evidence of an older create of the same resource that was interrupted", async () => {
    await machine.operation().createUnsaved("a", { server: web });
    const { id } = await machine.operation().create("a", { server: web });
    machine.inState = [];
    expect((await machine.operation().create("a", { server: web })).id).not.toBe(id);
  });

  test("and saved under a name that was changed since is left to that resource", async () => {
    const { id } = await machine.operation().createUnsaved("a", { server: web });
    machine.inState = [id];
    expect((await machine.operation().create("a", { server: web })).id).not.toBe(id);
    expect(extras()).toHaveLength(2);
  });

  test("is not taken over where the state cannot be read, and one line names it, the reason and the audit", async () => {
    const { id } = await machine.operation().createUnsaved("a", { server: web });
    machine.inState = undefined;
    const next = machine.operation();
    expect((await next.create("a", { server: web })).id).not.toBe(id);
    expect(next.said).toEqual([
      expect.stringMatching(
        new RegExp(
          `^${id} was assigned to server ${web} for this resource at .*unknown whether the stack has the first one: .*no such place\\. Run .pulumi-upcloud-ip audit.`,
        ),
      ),
    ]);
  });

  test("of another provider process of the same operation is not taken over, although its result is not saved yet", async () => {
    const operationOf = (id: number) => {
      const run = randomUUID();
      return machine.operation(id, "1.2", { process: { id, run, host: "this machine", engine: "127.0.0.1:1" } });
    };
    const { id } = await operationOf(process.ppid).createUnsaved("a", { server: web });
    expect((await operationOf(process.pid).create("b", { server: web })).id).not.toBe(id);
    expect(extras()).toHaveLength(2);
  });

  test("leaves the journal when it has been seen in a state", async () => {
    const saved = await machine.operation().create("a", { server: web });
    await machine.operation().diff(saved, { server: web });
    expect(journal()).toEqual([]);
  });

  test("is taken over by its own stack after a new stack under the former name has created the same resource", async () => {
    const { id } = await machine.operation().createUnsaved("a", { server: web });
    const interrupted = [...machine.pending];
    machine.pending.clear();
    const other = await machine.operation().create("a", { server: web });
    await machine.operation().delete(await machine.operation().create("b", { server: web }));
    for (const one of interrupted) machine.pending.add(one);
    expect((await machine.operation().create("a", { server: web })).id).toBe(id);
    expect(extras()).toEqual([id, other.id].sort());
  });

  test("stays in the journal after a refresh that finds it", async () => {
    const { id, state } = await machine.operation().create("a", { server: web });
    const { provider } = machine.operation();
    const { props } = await provider.read(id, state);
    const { server, family, access } = state;
    const inputs = { server, family, access };
    expect(await provider.diff(id, props as typeof state, inputs)).toMatchObject({ changes: false });
    expect(journal()).toHaveLength(1);
  });

  test("leaves the journal when a refresh has found it gone", async () => {
    const { id, state } = await machine.operation().create("a", { server: web });
    machine.simulator.account.releaseIpAddress(id);
    expect(await machine.operation().provider.read(id, state)).toEqual({});
    expect(journal()).toEqual([]);
  });

  test("stays in the journal when a resource that only reads it finds it gone", async () => {
    const { id } = await machine.operation().create("a", { server: web });
    const { props } = await machine.operation().provider.read(id);
    machine.simulator.account.releaseIpAddress(id);
    expect(await machine.operation().provider.read(id, props)).toEqual({});
    expect(journal()).toHaveLength(1);
  });

  test("and that was released since is replaced by a new one", async () => {
    const { id } = await machine.operation().createUnsaved("a", { server: web });
    machine.simulator.account.releaseIpAddress(id);
    expect((await machine.operation().create("a", { server: web })).id).toBe(extras()[0]);
  });
});

describe("entries of the journal", () => {
  const entry = (at: string) => ({
    ...{ token: "old", urn: "urn", server: web, family: "IPv4", access: "public", phase: "intent", baseline: [], at },
    process: { id: 1, run: "another run", host: "another machine" },
  });
  const write = (at: string) => {
    mkdirSync(machine.journalDirectory);
    writeFileSync(`${machine.journalDirectory}/old.jsonl`, JSON.stringify(entry(at)));
    writeFileSync(`${machine.journalDirectory}/198.51.100.77.claim`, "a token of no entry");
  };
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

  test("are removed after 30 days, and so are claims without an entry", async () => {
    const { address } = machine.simulator.account.assignIpAddress({ server: web });
    write(daysAgo(31));
    const { id } = await machine.operation().create("a", { server: web });
    expect(id).not.toBe(address);
    expect(journal().filter((name) => name.startsWith("old") || name.endsWith(".claim"))).toEqual([]);
  });

  test("of another machine delay no create when their time lies in the future", async () => {
    write(daysAgo(-1));
    const { address } = machine.simulator.account.assignIpAddress({ server: web });
    expect((await machine.operation().create("a", { server: web })).id).toBe(address);
  });
});

describe("a process that lives on when its engine is killed", () => {
  test("keeps the address: the next create reports that it waits for the process, and takes the address over", async () => {
    const orphan = machine.operation(process.pid);
    let goOn: (() => void) | undefined;
    const { assign } = orphan.session.client().ipAddresses;
    orphan.session.client().ipAddresses.assign = async (...request) => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return assign(...request);
    };
    const first = orphan.createUnsaved("a", { server: web });
    while (goOn === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
    const next = machine.operation();
    const second = next.create("a", { server: web });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(extras()).toEqual([]);
    expect(next.said).toEqual([
      expect.stringMatching(`^Waiting for process ${process.pid} on host this machine, which`),
    ]);
    goOn();
    const { id } = await first;
    expect((await second).id).toBe(id);
    expect(extras()).toEqual([id]);
  });

  test("is waited for by the create of another name too, since the stack or the resource may have been renamed", async () => {
    const orphan = machine.operation(process.pid);
    let goOn: (() => void) | undefined;
    const { assign } = orphan.session.client().ipAddresses;
    orphan.session.client().ipAddresses.assign = async (...request) => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return assign(...request);
    };
    const first = orphan.createUnsaved("a", { server: web });
    while (goOn === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
    const second = machine.operation().create("b", { server: web });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(extras()).toEqual([]);
    goOn();
    expect((await second).id).toBe((await first).id);
    expect(extras()).toHaveLength(1);
  });

  test("assigns nothing after its engine has ended", async () => {
    let isAlive = true;
    const orphan = machine.operation(process.pid, "1.2", { isEngineAlive: async () => isAlive });
    let goOn: () => void = () => undefined;
    const engineHasEnded = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { initialList } = orphan.session.addressCache;
    orphan.session.addressCache.initialList = async () => {
      const listed = await initialList.call(orphan.session.addressCache);
      await engineHasEnded;
      return listed;
    };
    const first = orphan.createUnsaved("a", { server: web });
    isAlive = false;
    const { id } = await machine.operation().create("a", { server: web });
    goOn();
    await expect(first).rejects.toThrow(/^No address was assigned to server .*, because Pulumi has exited/);
    expect(extras()).toEqual([id]);
  });

  test("that outlasts the time of the operation is reported", async () => {
    const orphan = machine.operation(process.pid);
    moments["before the answer comes"](orphan);
    void orphan.create("a", { server: web });
    while (extras().length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const failure = machine.operation().create("a", { server: web, timeouts: { create: "100ms" } });
    await expect(failure).rejects.toThrow("wait until it ends, then run `pulumi up` again");
    expect(extras()).toHaveLength(1);
  });
});

describe("an address of another stack", () => {
  const engine = "127.0.0.1:1";
  const isEngineAlive = async () => true;
  /** The journal of another stack's create, as it is after `change`. */
  const rewrite = (address: string, change: object) => {
    const texts = journal().map((name) => [name, readFileSync(`${machine.journalDirectory}/${name}`, "utf8")] as const);
    const [name, text = ""] = texts.find(([, text]) => text.includes(`"address":"${address}"`)) ?? [];
    const last = JSON.parse(text.trim().split("\n").at(-1) ?? "");
    const entry = { ...last, urn: "urn:pulumi:dev::p::t::other", ...change };
    writeFileSync(`${machine.journalDirectory}/${name}`, JSON.stringify(entry));
  };
  const other = async (id: number) => {
    const ofOther = machine.operation(id, "1.2", { process: { id, run: randomUUID(), host: "this machine", engine } });
    return (await ofOther.create("other", { server: web })).id;
  };

  test("is not taken over while its operation is at work, however long that takes", async () => {
    const id = await other(process.ppid);
    rewrite(id, { phase: "assigned", at: new Date(Date.now() - 600_000).toISOString() });
    const ours = machine.operation(undefined, "1.2", { isEngineAlive });
    expect((await ours.create("a", { server: web })).id).not.toBe(id);
    expect(extras()).toHaveLength(2);
  });

  test("is not taken over by a later create of an operation that began before the other one ended", async () => {
    const process = spawn("sleep", ["100"]);
    const id = await other(process.pid as number);
    rewrite(id, { phase: "assigned" });
    const ours = machine.operation();
    await ours.create("a", { server: web });
    rewrite(id, { phase: "reported" });
    const hasEnded = once(process, "exit");
    process.kill("SIGKILL");
    await hasEnded;
    expect((await ours.create("b", { server: web })).id).not.toBe(id);
    expect(extras()).toHaveLength(3);
  });
});

describe("an address that was not reported to Pulumi", () => {
  test("goes to any create of the same kind, also of a stack with another name or backend", async () => {
    await killed("before the PTR record is set", ["a"], { ptrRecord: "a.example.com" });
    const { id } = await machine.operation().create("b", { server: web });
    expect(extras()).toEqual([id]);
    expect((await machine.operation().create("a", { server: web })).id).not.toBe(id);
  });

  test("goes to the next create when the interrupted ones had claimed it last", async () => {
    await killed("before the request is sent", ["a", "b"]);
    const { address } = machine.simulator.account.assignIpAddress({ server: web });
    const [, second] = journal().sort();
    writeFileSync(`${machine.journalDirectory}/${address}.claim`, `${second?.replace(".jsonl", "")}`);
    expect((await machine.operation().create("c", { server: web })).id).toBe(address);
  });

  test("gets UpCloud's PTR record when its new resource declares none", async () => {
    await killed("before the answer about the PTR record comes", ["a"]);
    const { id, state } = await machine.operation().create("b", { server: web });
    expect(extras()).toEqual([id]);
    const served = machine.simulator.account.getIpAddress(id)?.ptrRecord;
    expect([served, state.ptrRecord]).toEqual([state.defaultPtrRecord, state.defaultPtrRecord]);
  });

  test("goes to one create only, when two of them look for it at once", async () => {
    await killed("before the PTR record is set", ["a"], { ptrRecord: "a.example.com" });
    const [one, other] = [machine.operation(), machine.operation()];
    const saved = await Promise.all([one.create("b", { server: web }), other.create("c", { server: web })]);
    expect(new Set(sorted(saved)).size).toBe(2);
    expect(sorted(saved)).toEqual(extras());
    expect(extras()).toHaveLength(2);
  });

  test("is not taken over where the state of the stack has it", async () => {
    await killed("before the PTR record is set", ["a"], { ptrRecord: "a.example.com" });
    const [left] = extras();
    machine.inState = [left as string];
    expect((await machine.operation().create("a", { server: web })).id).not.toBe(left);
  });
});

describe("a new address on the server that may belong to another create", () => {
  test("is named and not taken over when there are more new addresses than interrupted creates", async () => {
    await killed("before the answer comes", ["a"]);
    const { address } = machine.simulator.account.assignIpAddress({ server: web });
    const failure = machine.operation().create("a", { server: web });
    await expect(failure).rejects.toThrow("2 new addresses of the server belong to no known resource");
    await expect(failure).rejects.toThrow(address);
    expect(extras()).toHaveLength(2);
  });

  test("is left alone when it is in the state", async () => {
    await killed("before the request is sent", ["a"]);
    const { address } = machine.simulator.account.assignIpAddress({ server: web });
    machine.inState = [address];
    expect((await machine.operation().create("a", { server: web })).id).not.toBe(address);
  });

  test("is not taken over while the state cannot be read", async () => {
    await killed("before the answer comes", ["a"]);
    machine.inState = undefined;
    await expect(machine.operation().create("a", { server: web })).rejects.toThrow(
      /stack's state could not be read\..*set `adopt: ".*no such place/,
    );
    expect(extras()).toHaveLength(1);
  });
});

test("a journal that cannot be written is reported once, and the address is assigned anyway", async () => {
  const operation = machine.operation();
  writeFileSync(machine.journalDirectory, "a file where the directory belongs");
  await operation.create("a", { server: web });
  await operation.create("b", { server: web });
  expect(extras()).toHaveLength(2);
  expect(operation.said).toEqual([expect.stringMatching(/^warning: the journal in .* cannot be written/)]);
});

test("truncated lines of the journal and other files are ignored", async () => {
  await killed("before the answer comes", ["a"]);
  const [file] = journal().filter((name) => name.endsWith(".jsonl"));
  appendFileSync(`${machine.journalDirectory}/${file}`, '\n{"urn":"urn:pul');
  writeFileSync(`${machine.journalDirectory}/zz.jsonl`, "");
  const { id } = await machine.operation().create("a", { server: web });
  expect(extras()).toEqual([id]);
});

describe("an address that the program adopts", () => {
  test("and that was assigned for another of its resources goes to only one of the two", async () => {
    await killed("before the answer comes", ["a"]);
    const [left] = extras();
    const next = machine.operation();
    const outcomes = await Promise.allSettled([
      next.create("a", { server: web }),
      next.create("b", { server: web, adopt: left as string }),
    ]);
    const ids = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain(left);
    expect(extras().sort()).toEqual(ids.sort());
  });

  test("is refused where another resource has just taken it over", async () => {
    await killed("before the answer comes", ["a"]);
    const [left] = extras();
    const next = machine.operation();
    await next.create("a", { server: web });
    await expect(next.create("b", { server: web, adopt: left })).rejects.toThrow(
      "was just taken over by another resource of the program",
    );
  });

  test("twice is refused in check", async () => {
    const { address } = machine.simulator.account.assignIpAddress({ server: web });
    const next = machine.operation();
    await next.create("a", { server: web, adopt: address });
    await expect(next.create("b", { server: web, adopt: address })).rejects.toThrow(
      `got \\"${address}\\", which another ServerIpAddress of the program adopts`,
    );
  });

  test("is refused when another resource keeps it, in either order", async () => {
    const saved = await machine.operation().create("a", { server: web });
    const first = machine.operation();
    await first.diff(saved, { server: web });
    await expect(first.create("b", { server: web, adopt: saved.id })).rejects.toThrow(
      "which a ServerIpAddress of the program has",
    );
    const second = machine.operation();
    await second.provider.check({}, { server: web, adopt: saved.id });
    await expect(second.diff(saved, { server: web })).rejects.toThrow(`Address ${saved.id} belongs to this resource`);
  });

  test("is accepted when the other resource that has it is being replaced", async () => {
    const saved = await machine.operation().create("a", { server: web });
    const next = machine.operation();
    expect(await next.diff(saved, { server: web, family: "IPv6" })).toMatchObject({ replaces: ["family"] });
    expect((await next.create("b", { server: web, adopt: saved.id })).id).toBe(saved.id);
  });
});

describe("an address that was released by the operation that was interrupted, and came back", () => {
  test.each([
    ["before the assign was sent", false],
    ["while the assign was under way", true],
  ])("%s is found", async (_, isUnderWay) => {
    const old = await machine.operation().create("old", { server: web });
    const interrupted = machine.operation();
    await interrupted.diff(old, { server: web, family: "IPv6" });
    await interrupted.session.addressCache.initialList();
    const { assign } = interrupted.session.client().ipAddresses;
    let sends: () => void = () => undefined;
    const isSent = new Promise<void>((resolve) => {
      sends = resolve;
    });
    let isDone = false;
    interrupted.session.client().ipAddresses.assign = async (...request) => {
      sends();
      if (isUnderWay) await interrupted.delete(old);
      await assign(...request);
      isDone = true;
      return never();
    };
    if (!isUnderWay) await interrupted.delete(old);
    void interrupted.create("new", { server: web });
    await isSent;
    while (!isDone) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(extras()).toEqual([old.id]);
    expect((await machine.operation().create("new", { server: web })).id).toBe(old.id);
    expect(extras()).toEqual([old.id]);
  });
});
