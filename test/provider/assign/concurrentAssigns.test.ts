import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mail, web } from "../../support/demoServers";
import { AssignRig, assigning, holdAssign, idsOf } from "./support/assignRig";

let rig: AssignRig;
beforeEach(async () => {
  rig = await AssignRig.start();
});
afterEach(() => rig.end());

/** Or a fifth of a second: what is waited for must not come. */
const until = async (holds: () => boolean) => {
  for (const end = performance.now() + 200; !holds() && performance.now() < end; ) await new Promise(setImmediate);
};

test("an assign sends one list request before it, and no other", async () => {
  const operation = rig.operation();
  await Promise.all(["a", "b", "c"].map((name) => operation.create(name, { server: web })));
  expect(rig.requests().sort()).toEqual(["GET /1.2/ip_address", ...Array(3).fill("POST /1.2/ip_address")]);
});

test("of five assigns at once on one server, three lose their answer, and each has an address of its own in the end", async () => {
  rig.lose(
    { ...assigning, kind: "drop", when: "after-effect" },
    { ...assigning, kind: "drop", when: "before-effect" },
    { ...assigning, kind: "half-body" },
  );
  const operation = rig.operation();
  const families = ["IPv4", "IPv4", "IPv6", "IPv4", "IPv6"];
  const saved = await Promise.all(families.map((family, i) => operation.create(`a${i}`, { server: web, family })));
  expect(new Set(idsOf(saved)).size).toBe(5);
  expect(idsOf(saved)).toEqual(rig.extras());
  expect(saved.map(({ id }) => (id.includes(":") ? "IPv6" : "IPv4"))).toEqual(families);
});

test("an assign that is still being written to the journal when another one's answer is lost is waited for", async () => {
  rig.lose({ ...assigning, kind: "drop", when: "after-effect", times: 2 });
  const operation = rig.operation();
  const { journal } = operation.session;
  const { list } = operation.session.client().ipAddresses;
  const begin = journal.begin.bind(journal);
  const both = () => rig.count("POST /1.2/ip_address") === 2;
  let looks = -1;
  operation.session.client().ipAddresses.list = async (signal) => {
    if (++looks === 1) await until(both);
    return list(signal);
  };
  journal.begin = async (assignment, known) => {
    if (assignment.urn.endsWith("::b")) await until(() => looks > 0);
    return begin(assignment, known);
  };
  const saved = await Promise.all(["a", "b"].map((name) => operation.create(name, { server: web })));
  expect(idsOf(saved)).toEqual(rig.extras());
  expect(rig.count("POST /1.2/ip_address")).toBe(2);
});

test("an assign of another host that is still under way is waited for, and one line says for which and since when", async () => {
  rig.lose({ ...assigning, kind: "drop", when: "after-effect" });
  const at = new Date().toISOString();
  const elsewhere = { token: "elsewhere", urn: "urn:elsewhere", server: web, family: "IPv4", access: "public" };
  const entry = { ...elsewhere, phase: "intent", baseline: [], process: { id: 7, run: "7", host: "another host" }, at };
  mkdirSync(rig.machine.journalDirectory);
  const file = join(rig.machine.journalDirectory, "elsewhere.jsonl");
  writeFileSync(file, `\n${JSON.stringify(entry)}`);
  const operation = rig.operation();
  const created = operation.create("a", { server: web });
  while (operation.said.length === 0) await new Promise(setImmediate);
  expect(operation.said).toEqual([
    `Waiting for process 7 on host another host, which has been assigning an address to server ${web} since ${at}.`,
  ]);
  rmSync(file);
  const { id } = await created;
  expect(rig.extras()).toEqual([id]);
  expect(operation.said.slice(1)).toEqual([`${id}: found on server ${web} after the response to its assign was lost.`]);
});

test("a lost answer delays other assigns on its server only", async () => {
  rig.account.stopServer(mail);
  rig.machine.simulator.clock.advance(600_000);
  rig.lose({ ...assigning, kind: "drop", when: "before-effect" });
  const operation = rig.operation();
  await Promise.all([operation.create("a", { server: web }), operation.create("b", { server: mail })]);
  const [first, again] = rig
    .requests()
    .flatMap((request, i) => (request.startsWith("POST") ? [i] : []))
    .slice(1);
  expect(first).toBeLessThan(again as number);
  expect(rig.extras(web)).toHaveLength(1);
  expect(rig.extras(mail)).toHaveLength(2);
});

test("a look waits for another assign of the server that is about to be sent", async () => {
  const operation = rig.operation();
  const { journal } = operation.session;
  const { begin } = journal;
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  journal.begin = async (assignment, known) => {
    const isBegun = await begin.call(journal, assignment, known);
    if (assignment.urn.endsWith("::b")) await held;
    return isBegun;
  };
  rig.lose({ ...assigning, kind: "half-body", times: 2 });
  const saved = Promise.all(["a", "b"].map((name) => operation.create(name, { server: web })));
  while (rig.count("POST /1.2/ip_address") === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(rig.count("GET /1.2/ip_address")).toBe(1);
  goOn();
  expect(idsOf(await saved)).toEqual(rig.extras());
  expect(rig.count("POST /1.2/ip_address")).toBe(2);
});

describe("two stacks of one machine that lose answers on one server at the same time", () => {
  const both = () => [rig.operation(process.pid), rig.operation(process.ppid)] as const;

  test.each<[string, "after-effect" | "before-effect", number]>([
    ["both brought an address", "after-effect", 2],
    ["one of them brought an address", "after-effect", 1],
    ["none brought an address", "before-effect", 2],
  ])("have an address each when %s", async (_, when, times) => {
    const [one, other] = both();
    await Promise.all([one.session.addressCache.initialList(), other.session.addressCache.initialList()]);
    rig.lose({ ...assigning, kind: "drop", when, times });
    if (times === 1) rig.lose({ ...assigning, kind: "drop", when: "before-effect" });
    const saved = await Promise.all([one.create("a", { server: web }), other.create("b", { server: web })]);
    expect(new Set(idsOf(saved)).size).toBe(2);
    expect(idsOf(saved)).toEqual(rig.extras());
  });

  test("wait for an assign of the other that is under way", async () => {
    const [one, other] = both();
    await Promise.all([one.session.addressCache.initialList(), other.session.addressCache.initialList()]);
    const { isHeld, goOn } = holdAssign(other, "answer");
    const second = other.create("b", { server: web });
    await isHeld;
    rig.lose({ ...assigning, kind: "drop", when: "before-effect" });
    // The other stack's operation is not noted in the state of this one.
    rig.machine.pending.clear();
    const first = one.create("a", { server: web });
    await new Promise((resolve) => setTimeout(resolve, 100));
    goOn();
    const saved = await Promise.all([first, second]);
    expect(idsOf(saved)).toEqual(rig.extras());
    expect(rig.extras()).toHaveLength(2);
  });
});
