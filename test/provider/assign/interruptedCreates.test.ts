import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { web } from "../../support/demoServers";
import { AssignRig, idsOf, type Moment, moments, never } from "./support/assignRig";

let rig: AssignRig;
beforeEach(async () => {
  rig = await AssignRig.start();
});
afterEach(() => rig.end());

describe.each(Object.keys(moments) as Moment[])("a process that ends %s", (moment) => {
  test("leaves an address that the next create of the same resource takes over", async () => {
    await rig.killed(moment, ["a"]);
    const before = rig.extras();
    const { id, state } = await rig.operation().create("a", { server: web, ptrRecord: "a.example.com" });
    expect(rig.extras()).toEqual([id]);
    if (before.length > 0) expect(before).toEqual([id]);
    expect(state.ptrRecord).toBe("a.example.com");
  });

  test("during three creates leaves only addresses that the next operation finds", async () => {
    await rig.killed(moment, ["a", "b", "c"]);
    const next = rig.operation();
    const saved = await Promise.all(
      ["a", "b", "c"].map((name) => next.create(name, { server: web, ptrRecord: "a.example.com" })),
    );
    expect(idsOf(saved)).toEqual(rig.extras());
    expect(rig.extras()).toHaveLength(3);
  });

  test("leaves nothing to a create of another family", async () => {
    await rig.killed(moment, ["a"]);
    const left = rig.extras();
    const { id } = await rig.operation().create("a", { server: web, family: "IPv6" });
    expect(rig.extras()).toEqual([...left, id].sort());
  });
});

test("an address that is taken over is reported with the time of the interrupted operation", async () => {
  await rig.killed("before the answer comes", ["a"]);
  const next = rig.operation();
  const { id } = await next.create("a", { server: web });
  expect(next.said).toEqual([
    expect.stringMatching(
      new RegExp(
        `^${id}: taken over from an interrupted operation \\(20.*Z\\), instead of assigning another address\\.$`,
      ),
    ),
  ]);
});

describe("an address that was not reported to Pulumi", () => {
  test("goes to any create of the same kind, also of a stack with another name or backend", async () => {
    await rig.killed("before the PTR record is set", ["a"], { ptrRecord: "a.example.com" });
    const { id } = await rig.operation().create("b", { server: web });
    expect(rig.extras()).toEqual([id]);
    expect((await rig.operation().create("a", { server: web })).id).not.toBe(id);
  });

  test("goes to the next create when the interrupted ones had claimed it last", async () => {
    await rig.killed("before the request is sent", ["a", "b"]);
    const { address } = rig.account.assignIpAddress({ server: web });
    const [, second] = rig.journal().sort();
    writeFileSync(`${rig.machine.journalDirectory}/${address}.claim`, `${second?.replace(".jsonl", "")}`);
    expect((await rig.operation().create("c", { server: web })).id).toBe(address);
  });

  test("gets UpCloud's PTR record when its new resource declares none", async () => {
    await rig.killed("before the answer about the PTR record comes", ["a"]);
    const { id, state } = await rig.operation().create("b", { server: web });
    expect(rig.extras()).toEqual([id]);
    const served = rig.account.getIpAddress(id)?.ptrRecord;
    expect([served, state.ptrRecord]).toEqual([state.defaultPtrRecord, state.defaultPtrRecord]);
  });

  test("goes to one create only, when two of them look for it at once", async () => {
    await rig.killed("before the PTR record is set", ["a"], { ptrRecord: "a.example.com" });
    const [one, other] = [rig.operation(), rig.operation()];
    const saved = await Promise.all([one.create("b", { server: web }), other.create("c", { server: web })]);
    expect(new Set(idsOf(saved)).size).toBe(2);
    expect(idsOf(saved)).toEqual(rig.extras());
    expect(rig.extras()).toHaveLength(2);
  });

  test("is not taken over where the state of the stack has it", async () => {
    await rig.killed("before the PTR record is set", ["a"], { ptrRecord: "a.example.com" });
    const [left] = rig.extras();
    rig.machine.inState = [left as string];
    expect((await rig.operation().create("a", { server: web })).id).not.toBe(left);
  });
});

describe("a new address on the server that may belong to another create", () => {
  test("is named and not taken over when there are more new addresses than interrupted creates", async () => {
    await rig.killed("before the answer comes", ["a"]);
    const { address } = rig.account.assignIpAddress({ server: web });
    const failure = rig.operation().create("a", { server: web });
    await expect(failure).rejects.toThrow("2 new addresses of the server belong to no known resource");
    await expect(failure).rejects.toThrow(address);
    expect(rig.extras()).toHaveLength(2);
  });

  test("is left alone when it is in the state", async () => {
    await rig.killed("before the request is sent", ["a"]);
    const { address } = rig.account.assignIpAddress({ server: web });
    rig.machine.inState = [address];
    expect((await rig.operation().create("a", { server: web })).id).not.toBe(address);
  });

  test("is not taken over while the state cannot be read", async () => {
    await rig.killed("before the answer comes", ["a"]);
    rig.machine.inState = undefined;
    await expect(rig.operation().create("a", { server: web })).rejects.toThrow(
      /stack's state could not be read\..*set `adopt: ".*no such place/,
    );
    expect(rig.extras()).toHaveLength(1);
  });
});

describe("an address that was released by the operation that was interrupted, and came back", () => {
  test.each([
    ["before the assign was sent", false],
    ["while the assign was under way", true],
  ])("%s is found", async (_, isUnderWay) => {
    const old = await rig.operation().create("old", { server: web });
    const interrupted = rig.operation();
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
    expect(rig.extras()).toEqual([old.id]);
    expect((await rig.operation().create("new", { server: web })).id).toBe(old.id);
    expect(rig.extras()).toEqual([old.id]);
  });
});

describe("entries of the journal", () => {
  const entry = (at: string) => ({
    ...{ token: "old", urn: "urn", server: web, family: "IPv4", access: "public", phase: "intent", baseline: [], at },
    process: { id: 1, run: "another run", host: "another machine" },
  });
  const write = (at: string) => {
    mkdirSync(rig.machine.journalDirectory);
    writeFileSync(`${rig.machine.journalDirectory}/old.jsonl`, JSON.stringify(entry(at)));
    writeFileSync(`${rig.machine.journalDirectory}/198.51.100.77.claim`, "a token of no entry");
  };
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

  test("are removed after 30 days, and so are claims without an entry", async () => {
    const { address } = rig.account.assignIpAddress({ server: web });
    write(daysAgo(31));
    const { id } = await rig.operation().create("a", { server: web });
    expect(id).not.toBe(address);
    expect(rig.journal().filter((name) => name.startsWith("old") || name.endsWith(".claim"))).toEqual([]);
  });

  test("of another machine delay no create when their time lies in the future", async () => {
    write(daysAgo(-1));
    const { address } = rig.account.assignIpAddress({ server: web });
    expect((await rig.operation().create("a", { server: web })).id).toBe(address);
  });
});

test("a journal that cannot be written is reported once, and the address is assigned anyway", async () => {
  const operation = rig.operation();
  writeFileSync(rig.machine.journalDirectory, "a file where the directory belongs");
  await operation.create("a", { server: web });
  await operation.create("b", { server: web });
  expect(rig.extras()).toHaveLength(2);
  expect(operation.said).toEqual([expect.stringMatching(/^warning: the journal in .* cannot be written/)]);
});

test("truncated lines of the journal and other files are ignored", async () => {
  await rig.killed("before the answer comes", ["a"]);
  const [file] = rig.journal().filter((name) => name.endsWith(".jsonl"));
  appendFileSync(`${rig.machine.journalDirectory}/${file}`, '\n{"urn":"urn:pul');
  writeFileSync(`${rig.machine.journalDirectory}/zz.jsonl`, "");
  const { id } = await rig.operation().create("a", { server: web });
  expect(rig.extras()).toEqual([id]);
});
