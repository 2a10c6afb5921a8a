import { unknownValue } from "../../../src/model/unknown";
import { PtrRecordProvider } from "../../../src/provider/ptrRecord/provider";
import type { PtrRecordState } from "../../../src/provider/ptrRecord/state";
import type { ServerIpAddressProvider } from "../../../src/provider/serverIpAddress/provider";
import type { Session } from "../../../src/provider/session";
import type { Seed, Simulator, SimulatorOptions } from "../../../src/simulator";
import type { PendingOperation, StateAddress } from "../../../src/state/stackState";
import { mail, web } from "../../support/demoServers";
import { Machine } from "../../support/operation";

const line = { __provider: "the line that names the lifecycle" };

/** UpCloud pads the last four groups of it, which is not the canonical spelling. */
const six = "2001:db8:1:2:30:abff:fe0c:4dd";
const sixOfUpCloud = "2001:db8:1:2:0030:abff:fe0c:04dd";
const seed: Seed = {
  servers: [
    {
      uuid: mail,
      title: "mail",
      ipAddresses: [{ partOfPlan: true }, { access: "private" }, { family: "IPv6", address: sixOfUpCloud }],
    },
    { uuid: web, title: "web", state: "stopped", ipAddresses: [{}] },
  ],
};

let machine: Machine;
let simulator: Simulator;
let session: Session;
let provider: PtrRecordProvider;
let addresses: ServerIpAddressProvider;
let asked: string[];
let apiVersion: string;
/** The address in the plan of the mail server. */
let address: string;
let ofUpCloud: string;
/** What the stack's state says; by default it cannot be read. */
let inState: StateAddress[] | undefined;
/** What the engine has begun, as the state notes it. */
let pendingOperations: PendingOperation[];

async function start(options: SimulatorOptions = {}, version: "1.2" | "1.3" = "1.2") {
  machine = await Machine.start({ seed, ...options });
  simulator = machine.simulator;
  apiVersion = version;
  asked = [];
  inState = undefined;
  pendingOperations = [];
  nextOperation();
  const [planned] = simulator.account.listIpAddresses(mail).filter(({ partOfPlan }) => partOfPlan);
  address = planned?.address as string;
  ofUpCloud = planned?.ptrRecord as string;
}

/** Every name resolves to the address; notes what UpCloud was asked last. */
async function lookedUp(name: string): Promise<string[]> {
  asked.push(`${name} after ${simulator.requests.at(-1)?.method}`);
  return [address];
}

/** Each operation of the engine has a process of its own, so nothing is remembered but the state. */
function nextOperation() {
  const operation = machine.operation(undefined, apiVersion, {
    async readState() {
      if (inState === undefined) throw new Error("no state");
      return { addresses: inState, pendingOperations, otherIds: [] };
    },
  });
  session = operation.session;
  provider = new PtrRecordProvider(session, { resolve4: lookedUp, resolve6: lookedUp });
  addresses = operation.provider;
}
afterEach(() => machine.end());

const ofState = { urn: "urn:pulumi:test::addresses::old", server: undefined, pendingDelete: false, external: false };

let declarations = 0;
const hints = (name: string) => ({ __program: { name, urn: `${ofState.urn}-${declarations++}`, stack: "o/p/test" } });

async function create(declared: Record<string, unknown>, name = "mail") {
  const { inputs, failures } = await provider.check({}, { ...line, ...hints(name), ...declared });
  expect(failures).toEqual([]);
  const { id, outs } = await provider.create({ ...inputs, ...line });
  return { id: id as string, state: { ...outs, ...line } as PtrRecordState, inputs };
}
/** The engine checks and compares what the program still declares. */
async function up(id: string, olds: PtrRecordState, declared: Record<string, unknown>) {
  const { inputs } = await provider.check({}, { ...line, ...hints("mail"), ...declared });
  const { changes, replaces } = await provider.diff(id, olds, inputs);
  if (!changes || replaces) return { changes, replaces, state: olds };
  const { outs } = await provider.update(id, olds, { ...inputs, ...line });
  return { changes, replaces, state: { ...outs, ...line } as PtrRecordState };
}
const served = (one = address) => simulator.account.getIpAddress(one)?.ptrRecord;
const drift = (ptrRecord: string) => simulator.account.modifyIpAddress(address, { ptrRecord });
const requests = () => simulator.requests.map(({ method, path }) => `${method} ${path}`);

describe("check", () => {
  test("refuses an invalid name, and then declares no record", async () => {
    await start();
    const { failures } = await provider.check({}, { ...line, ...hints("mail"), address, ptrRecord: "mail" });
    expect(failures?.map(({ property }) => property)).toEqual(["ptrRecord"]);
    await create({ address, ptrRecord: "mail.example.com" });
    expect(served()).toBe("mail.example.com");
  });

  test("works without hints of the program", async () => {
    await start();
    const declared = { ...line, address, ptrRecord: "mail.example.com" };
    expect(await provider.check({}, declared)).toEqual({
      inputs: { address, ptrRecord: "mail.example.com" },
      failures: [],
    });
  });
});

describe("a preview", () => {
  const preview = (declared: string) =>
    provider.check(
      {},
      { ...line, __program: { preview: true, name: "a", urn: "a" }, address: declared, ptrRecord: "a.example.com" },
    );

  test("warns once of an address that is not in the account", async () => {
    await start();
    await preview("2001:db8::8");
    await preview("2001:db8::8");
    expect(machine.said).toEqual([
      "warning: there is no address 2001:db8::8 in the UpCloud account: correct the `address` of the PtrRecord, or remove that resource.",
    ]);
  });

  test("says nothing of an address that is in the account or unknown, and says where the account cannot be looked at", async () => {
    await start();
    await preview(address);
    await preview(unknownValue);
    nextOperation();
    simulator.faults.add({
      kind: "error",
      method: "GET",
      path: "/ip_address",
      status: 403,
      errorCode: "ACTION_FORBIDDEN",
    });
    expect(machine.said).toEqual([]);
    await preview("198.51.100.7");
    expect(machine.said).toEqual([
      expect.stringMatching(/^warning: not checked against the account: The UpCloud user/),
    ]);
  });
});

describe("create", () => {
  test("of an address of the internal network is refused", async () => {
    await start();
    const [internal] = simulator.account.listIpAddresses(mail).filter(({ access }) => access === "private");
    await expect(create({ address: internal?.address, ptrRecord: "mail.example.com" })).rejects.toThrow(
      /^Expected a public address, got 10\..* whose access is "private"/,
    );
  });

  test("reads the address, writes the record and remembers the previous one", async () => {
    await start();
    const { id, state } = await create({ address, ptrRecord: "Mail.Example.com." });
    expect(requests()).toEqual([`GET /1.2/ip_address/${address}`, `PUT /1.2/ip_address/${address}`]);
    expect([id, state]).toEqual([
      address,
      { ...line, address, ptrRecord: "mail.example.com", previousPtrRecord: ofUpCloud },
    ]);
    expect(served()).toBe("mail.example.com");
  });

  test("of an IPv6 address in any spelling has UpCloud's for the id and the canonical one for the address", async () => {
    await start();
    const { id, state } = await create({ address: six.toUpperCase(), ptrRecord: "mail.example.com" });
    expect([id, state.address, served(id)]).toEqual([sixOfUpCloud, six, "mail.example.com"]);
  });

  test("of a floating address that is attached to nothing works with API 1.3", async () => {
    const floating = { family: "IPv4" as const, zone: "fi-hel1", address: "192.0.2.77" };
    await start({ seed: { servers: [{ uuid: mail, title: "mail" }], floatingIpAddresses: [floating] } }, "1.3");
    const { state } = await create({ address: floating.address, ptrRecord: "float.example.com" });
    expect(state.previousPtrRecord).toBe("192-0-2-77.fi-hel1.upcloud.host");
    expect(served(floating.address)).toBe("float.example.com");
  });

  test.each([
    ["is not in the account", "203.0.113.250", "There is no address 203.0.113.250 in the UpCloud account: correct"],
    ["is not public", "private", "Expected a public address, got 10."],
  ])("of an address that %s fails and writes nothing", async (_, given, words) => {
    await start();
    const inner = simulator.account.listIpAddresses(mail).find(({ access }) => access === "private")?.address;
    await expect(create({ address: given === "private" ? inner : given, ptrRecord: "a.example.com" })).rejects.toThrow(
      words,
    );
    expect(requests().filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  test("that UpCloud refuses is saved with id, properties and the line that names the lifecycle", async () => {
    await start();
    simulator.faults.add({ kind: "error", method: "PUT", status: 400, errorCode: "PTR_RECORD_INVALID" });
    const failure = await create({ address, ptrRecord: "a.example.com" }).catch((error) => error);
    expect(failure).toMatchObject({
      id: address,
      properties: { ...line, address, ptrRecord: ofUpCloud, previousPtrRecord: ofUpCloud },
      reasons: [failure.message],
    });
  });
});

describe("waitForForwardRecord", () => {
  test("looks the name up before each write, and not where there is nothing to write", async () => {
    await start();
    const { id, state } = await create({ address, ptrRecord: "a.example.com", waitForForwardRecord: true });
    expect(asked).toEqual(["a.example.com after GET"]);
    const briefly = { waitForForwardRecord: { timeoutSeconds: 5 } };
    await up(id, state, { address, ptrRecord: "a.example.com", ...briefly });
    await up(id, state, { address, ptrRecord: "b.example.com", ...briefly });
    await up(id, state, { address, ptrRecord: "c.example.com" });
    expect(asked).toEqual(["a.example.com after GET", "b.example.com after PUT"]);
    expect(served()).toBe("c.example.com");
  });
});

describe("a write whose answer is lost", () => {
  const lost = { kind: "drop", when: "after-effect", method: "PUT", times: 9 } as const;

  test("on create is put right by the next up, and by delete", async () => {
    await start();
    simulator.faults.add(lost);
    const { properties } = await create({ address, ptrRecord: "a.example.com" }).catch((error) => error);
    expect(served()).toBe("a.example.com");
    simulator.faults.clear();
    nextOperation();
    const { state } = await up(address, properties, { address, ptrRecord: "a.example.com" });
    expect(state).toEqual({ ...line, address, ptrRecord: "a.example.com", previousPtrRecord: ofUpCloud });
    nextOperation();
    await provider.delete(address, properties);
    expect(served()).toBe(ofUpCloud);
  });

  test("on update is followed by another write when the program goes back to the former record", async () => {
    await start();
    const first = await create({ address, ptrRecord: "a.example.com" });
    simulator.faults.add(lost);
    const { properties } = await up(address, first.state, { address, ptrRecord: "b.example.com" }).catch((e) => e);
    simulator.faults.clear();
    nextOperation();
    const { state } = await up(address, properties, { address, ptrRecord: "a.example.com" });
    expect([served(), state.written]).toEqual(["a.example.com", undefined]);
    drift("b.example.com");
    nextOperation();
    await provider.delete(address, properties);
    expect(served()).toBe(ofUpCloud);
  });
});

test("a write that has no effect leaves the record before it the resource's own", async () => {
  await start();
  const { id, state } = await create({ address, ptrRecord: "a.example.com" });
  simulator.faults.add({ kind: "error", method: "PUT", status: 400, errorCode: "PTR_RECORD_INVALID" });
  const { properties } = await up(id, state, { address, ptrRecord: "b.example.com" }).catch((error) => error);
  expect([served(), properties.ptrRecord]).toEqual(["a.example.com", "a.example.com"]);
  nextOperation();
  await provider.delete(id, properties);
  expect(served()).toBe(ofUpCloud);
});

describe("diff", () => {
  test("of the same values in another spelling is no change", async () => {
    await start();
    const { id, state } = await create({ address: six, ptrRecord: "a.example.com" });
    const spelled = { ...state, ptrRecord: "A.Example.com." };
    const { changes } = await up(id, spelled, { address: sixOfUpCloud.toUpperCase(), ptrRecord: "a.EXAMPLE.com" });
    expect(changes).toBe(false);
  });

  test("of another address replaces, and of a timeout changes without a request", async () => {
    await start();
    const { id, state } = await create({ address, ptrRecord: "a.example.com" });
    simulator.clearRequests();
    const timed = await up(id, state, { address, ptrRecord: "a.example.com", timeouts: { update: "1m" } });
    expect([timed.changes, timed.state.timeouts]).toEqual([true, { update: "1m" }]);
    const other = await up(id, state, { address: "203.0.113.9", ptrRecord: "a.example.com" });
    expect(other.replaces).toEqual(["address"]);
    expect(requests()).toEqual([]);
  });
});

describe("read", () => {
  test("of an unchanged record gives the state and the inputs of the program", async () => {
    await start();
    const { id, state, inputs } = await create({ address, ptrRecord: "a.example.com", waitForForwardRecord: false });
    expect(await provider.read(id, state)).toEqual({ id, props: state, inputs: { ...inputs, ...line } });
  });

  test("of a record that somebody changed shows it among the inputs, and delete leaves it", async () => {
    await start();
    const { id, state, inputs } = await create({ address, ptrRecord: "a.example.com" });
    drift("theirs.example.org");
    const seen = await provider.read(id, state);
    expect(seen.inputs).toEqual({ ...line, ...inputs, ptrRecord: "theirs.example.org" });
    expect(seen.props.ptrRecord).toBe("theirs.example.org");
    const again = await provider.read(id, seen.props);
    nextOperation();
    await provider.delete(id, again.props);
    expect(served()).toBe("theirs.example.org");
  });

  test("of a record that somebody changed and changed back gives the state as it was", async () => {
    await start();
    const { id, state } = await create({ address, ptrRecord: "a.example.com" });
    drift("theirs.example.org");
    const { props } = await provider.read(id, state);
    drift("a.example.com");
    nextOperation();
    expect((await provider.read(id, props)).props).toEqual(state);
  });

  test("of a changed record that the program then declares makes it the program's", async () => {
    await start();
    const { id, state } = await create({ address, ptrRecord: "a.example.com" });
    drift("b.example.com");
    const { props } = await provider.read(id, state);
    const { changes, state: news } = await up(id, props, { address, ptrRecord: "b.example.com" });
    expect(changes).toBe(true);
    nextOperation();
    await provider.delete(id, news);
    expect(served()).toBe(ofUpCloud);
  });

  test("of an address that was released finds the resource gone, update fails in words, and delete succeeds", async () => {
    await start({ rules: { releasePartOfPlan: "allow" } });
    const { id, state } = await create({ address, ptrRecord: "a.example.com" });
    simulator.account.releaseIpAddress(address);
    expect(await provider.read(id, state)).toEqual({});
    await expect(up(id, state, { address, ptrRecord: "b.example.com" })).rejects.toThrow(
      `There is no address ${address}`,
    );
    nextOperation();
    await expect(provider.delete(id, state)).resolves.toBeUndefined();
  });

  test("of an address that belongs to another account finds the resource gone when other addresses of the stack exist", async () => {
    await start();
    const { id, state } = await create({ address, ptrRecord: "a.example.com" });
    const other = await create({ address: six, ptrRecord: "b.example.com" }, "other");
    simulator.account.giveIpAddressAway(address);
    nextOperation();
    const read = await Promise.all([provider.read(other.id, other.state), provider.read(id, state)]);
    expect(read).toMatchObject([{ id: other.id }, {}]);
    await expect(up(id, state, { address, ptrRecord: "b.example.com" })).rejects.toThrow(
      `Address ${address} belongs to another account`,
    );
    nextOperation();
    inState = [{ ...ofState, type: "ServerIpAddress", id, server: mail }];
    await expect(provider.delete(id, state)).resolves.toBeUndefined();
  });

  test("of an address alone returns its record", async () => {
    await start();
    expect((await provider.read(address)).props).toEqual({ address, ptrRecord: ofUpCloud });
  });

  test("of an address that is not managed gives its record, and fails where there is none", async () => {
    await start();
    const { id, props } = await provider.read(address, { ...line } as object);
    expect([id, props]).toEqual([address, { ...line, address, ptrRecord: ofUpCloud }]);
    drift("theirs.example.org");
    expect((await provider.read(id as string, props)).props).toEqual({
      ...line,
      address,
      ptrRecord: "theirs.example.org",
    });
    await expect(provider.read("203.0.113.250", { ...line } as object)).rejects.toThrow(
      "There is no address 203.0.113.250",
    );
  });
});

describe("the previous record", () => {
  test("is the present one when no state tells it, and delete keeps it", async () => {
    await start();
    const { id, state } = await create({ address, ptrRecord: "mail.example.com" });
    const { previousPtrRecord: _, ...old } = state;
    nextOperation();
    await provider.delete(id, old as PtrRecordState);
    expect(served()).toBe("mail.example.com");
  });

  test("is restored by delete", async () => {
    await start();
    drift("before.example.org");
    const { id, state } = await create({ address, ptrRecord: "a.example.com" });
    const { state: edited } = await up(id, state, { address, ptrRecord: "b.example.com" });
    expect([served(), edited.previousPtrRecord]).toEqual(["b.example.com", "before.example.org"]);
    nextOperation();
    await provider.delete(id, edited);
    expect(served()).toBe("before.example.org");
  });

  test.each(["1.2", "1.3"] as const)(
    "is UpCloud's default where the record is as wanted already, in API %s",
    async (version) => {
      await start({}, version);
      drift("a.example.com");
      const { state } = await create({ address, ptrRecord: "a.example.com" });
      expect(state.previousPtrRecord).toBe(ofUpCloud);
    },
  );

  test("is UpCloud's default after a rename, whether the rename ends in one operation or in two", async () => {
    await start();
    const ofUpCloud = served(sixOfUpCloud);
    const old = await create({ address: six, ptrRecord: "a.example.com" }, "old");
    nextOperation();
    const renamed = await create({ address: six, ptrRecord: "a.example.com" }, "new");
    nextOperation();
    await up(renamed.id, renamed.state, { address: six, ptrRecord: "a.example.com" });
    await provider.delete(old.id, old.state);
    expect([served(sixOfUpCloud), machine.said]).toEqual(["a.example.com", []]);
    nextOperation();
    await provider.delete(renamed.id, renamed.state);
    expect(served(sixOfUpCloud)).toBe(ofUpCloud);
  });

  test("is what the stack's state says of the resource's old name, when name and record change together", async () => {
    await start();
    drift("before.example.org");
    const old = await create({ address, ptrRecord: "a.example.com" }, "old");
    nextOperation();
    inState = [{ ...ofState, type: "PtrRecord", id: old.id, previousPtrRecord: "before.example.org" }];
    const renamed = await create({ address, ptrRecord: "b.example.com" }, "new");
    await provider.delete(old.id, old.state);
    expect([served(), renamed.state.previousPtrRecord]).toEqual(["b.example.com", "before.example.org"]);
  });

  test("is that of the state after a rename without other changes", async () => {
    await start();
    drift("before.example.org");
    const old = await create({ address, ptrRecord: "a.example.com" }, "old");
    nextOperation();
    inState = [{ ...ofState, type: "PtrRecord", id: old.id, previousPtrRecord: "before.example.org" }];
    expect((await create({ address, ptrRecord: "a.example.com" }, "new")).state.previousPtrRecord).toBe(
      "before.example.org",
    );
  });

  test("is UpCloud's default when the state has none, or has that of a ServerIpAddress", async () => {
    await start();
    drift("a.example.com");
    inState = [];
    expect((await create({ address, ptrRecord: "a.example.com" })).state.previousPtrRecord).toBe(ofUpCloud);
    nextOperation();
    inState = [{ ...ofState, type: "ServerIpAddress", id: address, previousPtrRecord: ofUpCloud }];
    expect((await create({ address, ptrRecord: "b.example.com" })).state.previousPtrRecord).toBe(ofUpCloud);
  });

  test.each<[string, (id: string, state: PtrRecordState) => Promise<unknown>]>([
    ["refresh in the same operation", (id, state) => provider.read(id, state)],
    ["replacement that the user asked for", (id, state) => provider.diff(id, state, state)],
  ])("is handed on by a %s", async (_, see) => {
    await start();
    drift("before.example.org");
    const old = await create({ address, ptrRecord: "a.example.com" }, "old");
    nextOperation();
    await see(old.id, old.state);
    const { state } = await create({ address, ptrRecord: "b.example.com" }, "new");
    await provider.delete(old.id, old.state);
    expect([state.previousPtrRecord, served(), machine.said]).toEqual(["before.example.org", "b.example.com", []]);
  });

  test("is not restored when a ServerIpAddress declares the record in the same operation", async () => {
    await start();
    const { address: extra } = simulator.account.assignIpAddress({ server: web });
    const old = await create({ address: extra, ptrRecord: "a.example.com" });
    nextOperation();
    await addresses.check({}, { ...line, server: web, adopt: extra, ptrRecord: "a.example.com" });
    await provider.delete(old.id, old.state);
    expect(served(extra)).toBe("a.example.com");
  });
});

describe("a destroy where a resource and its copy under a former name are in the state", () => {
  const entry = { ...ofState, type: "PtrRecord", previousPtrRecord: "before.example.org" } as const;
  const urnOf = (name: string) => `${ofState.urn}-${name}`;
  type Two = Record<"former" | "present", PtrRecordState>;

  /** The former one has written "a", the present one "b". */
  async function given(): Promise<Two> {
    await start();
    drift("before.example.org");
    const former = await create({ address, ptrRecord: "a.example.com" }, "former");
    nextOperation();
    inState = [{ ...entry, urn: urnOf("former"), id: address }];
    const present = await create({ address, ptrRecord: "b.example.com" }, "present");
    inState.push({ ...entry, urn: urnOf("present"), id: address });
    nextOperation();
    return { former: former.state, present: present.state };
  }

  /** The engine notes a deletion in the state before it asks for it, and removes both at the end. */
  async function remove(name: keyof Two, two: Two) {
    const operation = {
      type: "deleting",
      resourceType: "PtrRecord",
      urn: urnOf(name),
      id: address,
      inputs: {},
    } as const;
    pendingOperations.push(operation);
    await provider.delete(address, two[name]);
    pendingOperations = pendingOperations.filter((one) => one !== operation);
    inState = inState?.filter(({ urn }) => urn !== operation.urn);
  }

  test.each(["former", "present"] as const)("with the %s one for its target leaves the record", async (name) => {
    await remove(name, await given());
    expect(served()).toBe("b.example.com");
  });

  test.each([
    ["the former one first", ["former", "present"]],
    ["the present one first", ["present", "former"]],
  ] as const)("puts the previous record back with the last of them, %s", async (_, order) => {
    const two = await given();
    for (const name of order) await remove(name, two);
    expect([served(), inState]).toEqual(["before.example.org", []]);
  });

  test("puts the previous record back when both are deleted at the same time", async () => {
    const two = await given();
    await Promise.all([remove("present", two), remove("former", two)]);
    expect(served()).toBe("before.example.org");
  });

  test("leaves a record that somebody else has set since", async () => {
    const two = await given();
    drift("theirs.example.org");
    for (const name of ["former", "present"] as const) await remove(name, two);
    expect(served()).toBe("theirs.example.org");
  });

  test("puts the previous record back where the state cannot be read", async () => {
    const two = await given();
    inState = undefined;
    await remove("present", two);
    expect(served()).toBe("before.example.org");
  });

  test.each<[string, Partial<StateAddress>, string]>([
    ["leaves the record to a ServerIpAddress that declares one", {}, "b"],
    ["puts it back beside a ServerIpAddress without one", { previousPtrRecord: undefined }, "before"],
    ["puts it back beside a record that is only read", { type: "PtrRecord", external: true }, "before"],
    ["puts it back beside a record of another address", { type: "PtrRecord", id: "198.51.100.99" }, "before"],
  ])("%s", async (_, other, expected) => {
    const two = await given();
    const [, present] = inState ?? [];
    inState = [present as StateAddress, { ...entry, id: address, type: "ServerIpAddress", ...other }];
    await remove("present", two);
    expect(served()).toMatch(new RegExp(`^${expected}\\.example`));
  });
});

describe("a record that the program declares twice", () => {
  const check = (declared: Record<string, unknown>, name: string) =>
    provider.check({}, { ...line, ...hints(name), ...declared });
  const expected = "expected an address whose PTR record nothing else in the program declares";

  test("with two PtrRecords, in two spellings, is refused by property, value and expectation", async () => {
    await start();
    await check({ address: "2001:db8::1", ptrRecord: "a.example.com" }, "one");
    const { failures } = await check({ address: "2001:DB8:0::0001", ptrRecord: "a.example.com" }, "two");
    const reason = `${expected}, got "2001:db8::1", whose record the PtrRecord "one" declares: remove one of them`;
    expect(failures).toEqual([{ property: "address", reason }]);
  });

  test("is not refused when it is checked a second time for its replacement", async () => {
    await start();
    const twice = { ...line, ...hints("one"), address, ptrRecord: "a.example.com" };
    await provider.check({}, twice);
    expect((await provider.check({}, twice)).failures).toEqual([]);
  });

  test("and a ServerIpAddress of its address are refused in either order", async () => {
    await start();
    const declared = { server: web, ptrRecord: "a.example.com" };
    const { inputs } = await addresses.check({}, { ...line, ...declared });
    const { id = "", outs } = await addresses.create({ ...inputs, ...line });
    nextOperation();
    await addresses.diff(id, outs, inputs as never);
    const { failures } = await check({ address: id, ptrRecord: "b.example.com" }, "one");
    const reason = `${expected}, got "${id}", whose record the ptrRecord of a ServerIpAddress declares: remove one of them`;
    expect(failures).toEqual([{ property: "address", reason }]);
    nextOperation();
    await check({ address: id, ptrRecord: "b.example.com" }, "one");
    await expect(addresses.diff(id, outs, inputs as never)).rejects.toThrow(
      `The program declares the PTR record of ${id} twice, as ptrRecord of its ServerIpAddress and in the PtrRecord "one": remove one of them.`,
    );
  });

  test("with a ServerIpAddress that is created in the same operation is refused", async () => {
    await start();
    const { inputs } = await addresses.check({}, { ...line, server: web, ptrRecord: "a.example.com" });
    const { id } = await addresses.create({ ...inputs, ...line });
    expect((await check({ address: id, ptrRecord: "b.example.com" }, "one")).failures).toHaveLength(1);
  });

  test("with a ServerIpAddress that UpCloud gives this very address is refused, and the address is saved", async () => {
    await start();
    const { address: next } = simulator.account.assignIpAddress({ server: web });
    await simulator.stop();
    await start();
    await check({ address: next, ptrRecord: "b.example.com" }, "one");
    const { inputs } = await addresses.check({}, { ...line, server: web, ptrRecord: "a.example.com" });
    const failure = await addresses.create({ ...inputs, ...line }).catch((error) => error);
    expect(failure).toMatchObject({ id: next, properties: { ...line, server: web } });
    expect(failure.message).toContain(`The program declares the PTR record of ${next} twice`);
  });

  test("with a ServerIpAddress that adopts the address is refused in either order", async () => {
    await start();
    const adopting = { ...line, server: web, adopt: "2001:db8::1", family: "IPv6", ptrRecord: "a.example.com" };
    await check({ address: "2001:db8::1", ptrRecord: "b.example.com" }, "one");
    const reason =
      'expected no ptrRecord for 2001:db8::1, whose record the PtrRecord "one" declares too: remove one of them';
    expect((await addresses.check({}, adopting)).failures).toEqual([{ property: "ptrRecord", reason }]);
    nextOperation();
    await addresses.check({}, adopting);
    expect((await check({ address: "2001:db8::1", ptrRecord: "b.example.com" }, "one")).failures).toHaveLength(1);
  });

  test("is not one of a ServerIpAddress without ptrRecord, nor of addresses that are not known", async () => {
    await start();
    const { inputs } = await addresses.check({}, { ...line, server: web });
    const { id = "", outs } = await addresses.create({ ...inputs, ...line });
    await addresses.diff(id, outs, inputs as never);
    expect((await check({ address: id, ptrRecord: "b.example.com" }, "one")).failures).toEqual([]);
    for (const name of ["two", "three"]) {
      expect((await check({ address: unknownValue, ptrRecord: "b.example.com" }, name)).failures).toEqual([]);
    }
  });

  test("with the ServerIpAddress whose address is not known yet is refused by what the program tells", async () => {
    await start();
    const __program = { name: "one", urn: ofState.urn, sharedWith: "mail" };
    const declared = { ...line, address: unknownValue, ptrRecord: "b.example.com" };
    const reason = `${expected}, got that of the ServerIpAddress "mail", which has a ptrRecord: remove one of them`;
    expect((await provider.check({}, { ...declared, __program })).failures).toEqual([{ property: "address", reason }]);
    expect(
      (await provider.check({}, { ...declared, __program: { ...__program, sharedWith: unknownValue } })).failures,
    ).toEqual([]);
  });
});
