import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "../../../src/simulator";
import { mail, web } from "../../support/demoServers";
import { Machine, type Operation, type Saved } from "../../support/operation";

const assigning = { method: "POST", path: "/ip_address" } as const;

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.start();
});
afterEach(() => machine.end());

const extras = (server = web) =>
  machine.simulator.account
    .listIpAddresses()
    .filter((one) => one.server === server && !one.partOfPlan && one.access === "public");
const requests = () => machine.simulator.requests.map(({ method, path }) => `${method} ${path}`);
const count = (request: string) => requests().filter((one) => one === request).length;
const lose = (...faults: Fault[]) => {
  for (const fault of faults) machine.simulator.faults.add(fault);
};
/** Or a fifth of a second: what is waited for must not come. */
const until = async (holds: () => boolean) => {
  for (const end = performance.now() + 200; !holds() && performance.now() < end; ) await new Promise(setImmediate);
};
const ids = (saved: Saved[]) => saved.map(({ id }) => id).sort();
const addressesOf = (found: { address: string }[]) => found.map(({ address }) => address).sort();

test("an assign sends one list request before it, and no other", async () => {
  const operation = machine.operation();
  await Promise.all(["a", "b", "c"].map((name) => operation.create(name, { server: web })));
  expect(requests().sort()).toEqual(["GET /1.2/ip_address", ...Array(3).fill("POST /1.2/ip_address")]);
});

test.each<[string, Fault]>([
  ["dropped", { ...assigning, kind: "drop", when: "after-effect" }],
  ["cut in half", { ...assigning, kind: "half-body" }],
])("an assign whose answer is %s returns the address that it assigned", async (_, fault) => {
  lose(fault);
  const { id } = await machine.operation().create("a", { server: web, ptrRecord: "a.example.com" });
  expect(extras()).toMatchObject([{ address: id, ptrRecord: "a.example.com" }]);
  expect(count("POST /1.2/ip_address")).toBe(1);
});

test.each<[string, Fault]>([
  ["dropped", { ...assigning, kind: "drop", when: "before-effect" }],
  ["answered 500", { ...assigning, kind: "error", status: 500 }],
  ["answered 503", { ...assigning, kind: "error", status: 503 }],
  ["answered by a proxy's page", { ...assigning, kind: "html", status: 502 }],
])("an assign that is %s without an effect is sent again, after several looks", async (_, fault) => {
  lose(fault);
  const { id } = await machine.operation().create("a", { server: web });
  expect(addressesOf(extras())).toEqual([id]);
  expect(requests()).toEqual(
    ["GET /1.2/ip_address", ...Array(7).fill("GET /1.2/ip_address"), "POST /1.2/ip_address"].toSpliced(
      1,
      0,
      "POST /1.2/ip_address",
    ),
  );
});

describe("an address that was released in the control panel, and that UpCloud assigns anew", () => {
  test.each<[string, (operation: Operation, gone: Saved) => Promise<unknown>]>([
    ["refresh", ({ provider }, { id, state }) => provider.read(id, state)],
    ["delete", (operation, gone) => operation.delete(gone)],
  ])("is found after a lost answer where a %s of the same operation has seen it gone", async (_, look) => {
    const gone = await machine.operation().create("a", { server: web });
    machine.simulator.account.releaseIpAddress(gone.id);
    const operation = machine.operation();
    await look(operation, gone);
    lose({ ...assigning, kind: "drop", when: "after-effect" });
    const { id } = await operation.create("b", { server: web });
    expect([id, ...addressesOf(extras())]).toEqual([gone.id, gone.id]);
  });

  test("to the resource that had it is no other's, and no line says so", async () => {
    const gone = await machine.operation().create("a", { server: web });
    machine.simulator.account.releaseIpAddress(gone.id);
    const operation = machine.operation();
    await operation.provider.read(gone.id, gone.state);
    expect((await operation.create("a", { server: web })).id).toBe(gone.id);
    expect(operation.said).toEqual([]);
  });
});

test("an assign that UpCloud refuses is neither repeated nor looked for", async () => {
  lose({ ...assigning, kind: "error", status: 409, errorCode: "IP_ADDRESS_RESOURCES_UNAVAILABLE" });
  await expect(machine.operation().create("a", { server: web })).rejects.toThrow("no free address of this kind");
  expect(requests()).toEqual(["GET /1.2/ip_address", "POST /1.2/ip_address"]);
  expect(readdirSync(machine.journalDirectory)).toEqual([]);
});

test("no address is assigned when the account cannot be listed, and the error names the server", async () => {
  lose({ method: "GET", path: "/ip_address", kind: "error", status: 403, errorCode: "ACTION_FORBIDDEN" });
  await expect(machine.operation().create("a", { server: web })).rejects.toThrow(
    `No IPv4 address was requested for server ${web}, because the account's addresses could not be listed. The UpCloud user lacks permission for this action on the account: grant it`,
  );
  expect(requests()).toEqual(["GET /1.2/ip_address"]);
});

test("a release fails with the name of its address when the list cannot be read", async () => {
  const operation = machine.operation();
  const [first, second] = [await operation.create("a", { server: web }), await operation.create("b", { server: web })];
  const next = machine.operation();
  await next.delete(first); // the first look is for one address, the next one for all
  lose({ method: "GET", path: "/ip_address", kind: "error", status: 400, errorCode: "REQUEST_INVALID" });
  await expect(next.delete(second)).rejects.toThrow(
    `Address ${second.id} could not be looked up. UpCloud refused a request about the account: `,
  );
  expect(addressesOf(extras())).toEqual([second.id]);
});

test("an address that the list lacks at first is waited for", async () => {
  lose({ ...assigning, kind: "drop", when: "after-effect" });
  const operation = machine.operation();
  const list = operation.session.client().ipAddresses.list;
  const before = await list();
  let looks = 0;
  operation.session.client().ipAddresses.list = async (signal) => (++looks < 4 ? before : list(signal));
  const { id } = await operation.create("a", { server: web });
  expect(addressesOf(extras())).toEqual([id]);
  expect(count("POST /1.2/ip_address")).toBe(1);
});

test("of five assigns at once on one server, three lose their answer, and each has an address of its own in the end", async () => {
  lose(
    { ...assigning, kind: "drop", when: "after-effect" },
    { ...assigning, kind: "drop", when: "before-effect" },
    { ...assigning, kind: "half-body" },
  );
  const operation = machine.operation();
  const families = ["IPv4", "IPv4", "IPv6", "IPv4", "IPv6"];
  const saved = await Promise.all(families.map((family, i) => operation.create(`a${i}`, { server: web, family })));
  expect(new Set(ids(saved)).size).toBe(5);
  expect(ids(saved)).toEqual(addressesOf(extras()));
  expect(saved.map(({ id }) => (id.includes(":") ? "IPv6" : "IPv4"))).toEqual(families);
});

test("an assign that is still being written to the journal when another one's answer is lost is waited for", async () => {
  lose({ ...assigning, kind: "drop", when: "after-effect", times: 2 });
  const operation = machine.operation();
  const { journal } = operation.session;
  const { list } = operation.session.client().ipAddresses;
  const begin = journal.begin.bind(journal);
  const both = () => count("POST /1.2/ip_address") === 2;
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
  expect(ids(saved)).toEqual(addressesOf(extras()));
  expect(count("POST /1.2/ip_address")).toBe(2);
});

test("an assign of another host that is still under way is waited for, and one line says for which and since when", async () => {
  lose({ ...assigning, kind: "drop", when: "after-effect" });
  const at = new Date().toISOString();
  const elsewhere = { token: "elsewhere", urn: "urn:elsewhere", server: web, family: "IPv4", access: "public" };
  const entry = { ...elsewhere, phase: "intent", baseline: [], process: { id: 7, run: "7", host: "another host" }, at };
  mkdirSync(machine.journalDirectory);
  const file = join(machine.journalDirectory, "elsewhere.jsonl");
  writeFileSync(file, `\n${JSON.stringify(entry)}`);
  const operation = machine.operation();
  const created = operation.create("a", { server: web });
  while (operation.said.length === 0) await new Promise(setImmediate);
  expect(operation.said).toEqual([
    `Waiting for process 7 on host another host, which has been assigning an address to server ${web} since ${at}.`,
  ]);
  rmSync(file);
  const { id } = await created;
  expect(addressesOf(extras())).toEqual([id]);
  expect(operation.said.slice(1)).toEqual([`${id}: found on server ${web} after the response to its assign was lost.`]);
});

test("a lost answer delays other assigns on its server only", async () => {
  machine.simulator.account.stopServer(mail);
  machine.simulator.clock.advance(600_000);
  lose({ ...assigning, kind: "drop", when: "before-effect" });
  const operation = machine.operation();
  await Promise.all([operation.create("a", { server: web }), operation.create("b", { server: mail })]);
  const [first, again] = requests()
    .flatMap((request, i) => (request.startsWith("POST") ? [i] : []))
    .slice(1);
  expect(first).toBeLessThan(again as number);
  expect(extras(web)).toHaveLength(1);
  expect(extras(mail)).toHaveLength(2);
});

test("several new addresses without a known resource are named in the error, and none is taken over", async () => {
  lose(
    { ...assigning, kind: "act", act: { verb: "assignIpAddress", with: [{ server: web }] }, when: "after" },
    { ...assigning, kind: "drop", when: "after-effect" },
  );
  const failure = machine.operation().create("a", { server: web });
  await expect(failure).rejects.toThrow(
    /2 new addresses of the server belong to no known resource: [\d.]+, [\d.]+\. Set the one/,
  );
  const [one, other] = addressesOf(extras());
  await expect(failure).rejects.toThrow(`\`adopt: "${one}"\` or \`adopt: "${other}"\``);
  expect(count("POST /1.2/ip_address")).toBe(1);
});

test.each([
  [
    "has a PTR record of somebody's",
    (address: string) => machine.simulator.account.modifyIpAddress(address, { ptrRecord: "b.example.com" }),
  ],
])("a new address that %s is not taken for a lost one", async (_, change) => {
  const operation = machine.operation();
  await operation.session.addressCache.initialList();
  const { address } = machine.simulator.account.assignIpAddress({ server: web });
  change(address);
  lose({ ...assigning, kind: "drop", when: "after-effect" });
  const { id } = await operation.create("a", { server: web });
  expect(id).not.toBe(address);
  expect(extras()).toHaveLength(2);
});

test("a failed look after a lost answer reports a possible assign, and the next up finds the address", async () => {
  lose(
    { ...assigning, kind: "drop", when: "after-effect" },
    { method: "GET", path: "/ip_address", skip: 1, times: 50, kind: "error", status: 500 },
  );
  const failure = machine.operation().create("a", { server: web });
  await expect(failure).rejects.toThrow(
    `UpCloud may have assigned an IPv4 address to server ${web}: run \`pulumi up\` again, which first looks for that address.`,
  );
  machine.simulator.faults.clear();
  const { id } = await machine.operation().create("a", { server: web });
  expect(addressesOf(extras())).toEqual([id]);
});

test("an assign that is lost three times is given up, with what happened last", async () => {
  lose({ ...assigning, times: 3, kind: "drop", when: "before-effect" });
  await expect(machine.operation().create("a", { server: web })).rejects.toThrow(
    /^UpCloud assigned no IPv4 address to server .* in 3 attempts: run `pulumi up` again later\. The last error: UpCloud did not respond/,
  );
  expect(count("POST /1.2/ip_address")).toBe(3);
});

describe("two stacks of one machine that lose answers on one server at the same time", () => {
  const both = () => [machine.operation(process.pid), machine.operation(process.ppid)] as const;

  test.each<[string, "after-effect" | "before-effect", number]>([
    ["both brought an address", "after-effect", 2],
    ["one of them brought an address", "after-effect", 1],
    ["none brought an address", "before-effect", 2],
  ])("have an address each when %s", async (_, when, times) => {
    const [one, other] = both();
    await Promise.all([one.session.addressCache.initialList(), other.session.addressCache.initialList()]);
    lose({ ...assigning, kind: "drop", when, times });
    if (times === 1) lose({ ...assigning, kind: "drop", when: "before-effect" });
    const saved = await Promise.all([one.create("a", { server: web }), other.create("b", { server: web })]);
    expect(new Set(ids(saved)).size).toBe(2);
    expect(ids(saved)).toEqual(addressesOf(extras()));
  });

  test("wait for an assign of the other that is under way", async () => {
    const [one, other] = both();
    await Promise.all([one.session.addressCache.initialList(), other.session.addressCache.initialList()]);
    let goOn: (() => void) | undefined;
    const { assign } = other.session.client().ipAddresses;
    other.session.client().ipAddresses.assign = async (...request) => {
      const answer = await assign(...request);
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return answer;
    };
    const second = other.create("b", { server: web });
    while (goOn === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
    lose({ ...assigning, kind: "drop", when: "before-effect" });
    // The other stack's operation is not noted in the state of this one.
    machine.pending.clear();
    const first = one.create("a", { server: web });
    await new Promise((resolve) => setTimeout(resolve, 100));
    goOn();
    const saved = await Promise.all([first, second]);
    expect(ids(saved)).toEqual(addressesOf(extras()));
    expect(extras()).toHaveLength(2);
  });
});

test("an address that was released in the same operation and assigned again is found after a lost answer", async () => {
  const first = await machine.operation().create("a", { server: web });
  const operation = machine.operation();
  await operation.diff(first, { server: web, family: "IPv6" });
  await operation.session.addressCache.initialList();
  await operation.delete(first);
  lose({ ...assigning, kind: "drop", when: "after-effect" });
  const { id } = await operation.create("b", { server: web });
  expect(id).toBe(first.id);
  expect(addressesOf(extras())).toEqual([id]);
});

test("a look waits for another assign of the server that is about to be sent", async () => {
  const operation = machine.operation();
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
  lose({ ...assigning, kind: "half-body", times: 2 });
  const saved = Promise.all(["a", "b"].map((name) => operation.create(name, { server: web })));
  while (count("POST /1.2/ip_address") === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(count("GET /1.2/ip_address")).toBe(1);
  goOn();
  expect(ids(await saved)).toEqual(addressesOf(extras()));
  expect(count("POST /1.2/ip_address")).toBe(2);
});
