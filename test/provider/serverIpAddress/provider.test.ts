import type { ServerIpAddressProvider } from "../../../src/provider/serverIpAddress/provider";
import type { ServerIpAddressState } from "../../../src/provider/serverIpAddress/state";
import type { Session } from "../../../src/provider/session";
import type { Simulator, SimulatorOptions } from "../../../src/simulator";
import { absent, mail, web } from "../../support/demoServers";
import { always } from "../../support/faults";
import { Machine } from "../../support/operation";

const line = { __provider: "the line that names the lifecycle" };

let machine: Machine;
let simulator: Simulator;
let session: Session;
let provider: ServerIpAddressProvider;
let apiVersion: string;
let configuration: Record<string, string>;

async function start(
  options: SimulatorOptions = {},
  version: "1.2" | "1.3" = "1.2",
  config: Record<string, string> = {},
) {
  machine = await Machine.start(options);
  simulator = machine.simulator;
  apiVersion = version;
  configuration = config;
  nextOperation();
}

/** Each operation of the engine has a process of its own, so nothing is remembered but the state. */
function nextOperation() {
  const readState = async () => ({ addresses: [], pendingOperations: [], otherIds: [] });
  ({ session, provider } = machine.operation(undefined, apiVersion, { readState }));
  session.configure((key) => configuration[key]);
}
afterEach(() => machine.end());

/** As the engine does it: check, then create with what came out of it. */
async function create(declared: Record<string, unknown>) {
  const { inputs, failures } = await provider.check({}, { ...line, ...declared });
  expect(failures).toEqual([]);
  const { id, outs } = await provider.create({ ...inputs, ...line });
  return { id: id as string, state: { ...outs, ...line }, inputs };
}
function destroy(id: string, state: object) {
  nextOperation();
  return provider.delete(id, state as ServerIpAddressState);
}
const inputsOf = async (olds: object, declared: Record<string, unknown>) =>
  (await provider.check(olds, { ...line, ...declared })).inputs;
const requests = () => simulator.requests.map(({ method, path }) => `${method} ${path}`);
const ptrOf = (address: string) => simulator.account.getIpAddress(address)?.ptrRecord;

describe("adopt", () => {
  test("takes over an address of any spelling without assigning one", async () => {
    await start();
    const { address } = simulator.account.assignIpAddress({ server: web, family: "IPv6" });
    simulator.clearRequests();
    const { id, state } = await create({ server: web, family: "IPv6", adopt: address.toUpperCase() });
    expect(id).toBe(address);
    expect(state).toMatchObject({ server: web, family: "IPv6", ptrRecord: ptrOf(address) });
    expect(requests()).toEqual([`GET /1.2/ip_address/${address}`]);
  });

  test("of an address with a name of its own learns the default name from the server's zone", async () => {
    await start();
    const { address } = simulator.account.assignIpAddress({ server: web });
    simulator.account.modifyIpAddress(address, { ptrRecord: "old.example.com" });
    const { state } = await create({ server: web, adopt: address });
    expect(state).toMatchObject({
      ptrRecord: "old.example.com",
      defaultPtrRecord: `${address.replaceAll(".", "-")}.de-fra1.upcloud.host`,
    });
    expect(state).not.toHaveProperty("managesPtrRecord");
  });

  test.each([
    ["another server", mail, {}, `server ${mail}, got ${web}`],
    ["another access", web, { access: "private" }, 'access "private", got "public"'],
  ])("of an address with %s is refused with both values", async (_, server, more, words) => {
    await start();
    const { address } = simulator.account.assignIpAddress({ server: web });
    await expect(create({ server, adopt: address, ...more })).rejects.toThrow(words);
  });

  test.each([
    [
      "is not in the account",
      "203.0.113.250",
      "There is no address 203.0.113.250 in the UpCloud account: correct `adopt`",
    ],
    ["is floating", "192.0.2.77", "Address 192.0.2.77 is floating, .*: remove `adopt`, and use PtrRecord"],
  ])("of an address that %s says what to do instead", async (_, adopt, words) => {
    const floating = { zone: "fi-hel1", address: "192.0.2.77" };
    await start({ seed: { servers: [{ uuid: web, state: "stopped" }], floatingIpAddresses: [floating] } }, "1.3");
    const failure = create({ server: web, adopt }).catch(({ message }) => message);
    expect(await failure).toMatch(new RegExp(words));
    expect(await failure).not.toContain("pulumi refresh");
  });

  test("that is taken out later is no change, and one that names another address replaces", async () => {
    await start();
    const { address } = simulator.account.assignIpAddress({ server: web });
    const { id, state, inputs } = await create({ server: web, adopt: address });
    nextOperation();
    expect(await provider.diff(id, state, await inputsOf(inputs, { server: web }))).toEqual({ changes: false });
    const other = await inputsOf(inputs, { server: web, adopt: "192.0.2.200" });
    expect(await provider.diff(id, state, other)).toMatchObject({ changes: true, replaces: ["adopt"] });
  });
});

test("an address that another resource adopts in the same operation is not released with the old one", async () => {
  await start();
  const old = await create({ server: web });
  nextOperation();
  const renamed = await create({ server: web, adopt: old.id });
  await provider.delete(old.id, old.state);
  expect(renamed.id).toBe(old.id);
  expect(simulator.account.getIpAddress(old.id)).toBeDefined();
});

test("an address that was adopted in an earlier operation is not released with the old resource", async () => {
  await start();
  const old = await create({ server: web });
  nextOperation();
  const renamed = await create({ server: web, adopt: old.id });
  nextOperation();
  const same = await inputsOf(renamed.inputs, { server: web, adopt: old.id });
  expect(await provider.diff(renamed.id, renamed.state, same)).toEqual({ changes: false });
  await provider.delete(old.id, old.state);
  expect(simulator.account.getIpAddress(old.id)).toBeDefined();
});

test("null inside powerCycle and timeouts counts as left out", async () => {
  await start();
  const { inputs } = await provider.check(
    {},
    { server: web, powerCycle: { stopType: null, timeoutSeconds: null }, timeouts: { create: null } },
  );
  expect(inputs).toMatchObject({ powerCycle: {}, timeouts: {} });
});

describe("read", () => {
  test("of an address that is not managed gives all that UpCloud says, in UpCloud's spelling", async () => {
    await start({}, "1.3");
    const { address, mac } = simulator.account.assignIpAddress({ server: web, family: "IPv6" });
    const { id, props } = await provider.read(address.toUpperCase(), { ...line } as object);
    expect(id).toBe(address.toUpperCase());
    expect(props).toMatchObject({
      address,
      server: web,
      family: "IPv6",
      access: "public",
      partOfPlan: false,
      zone: "de-fra1",
      mac,
    });
  });

  test("of an address that is not managed learns the default name that API 1.2 does not tell from the server", async () => {
    await start();
    const { address } = simulator.account.assignIpAddress({ server: web });
    simulator.account.modifyIpAddress(address, { ptrRecord: "old.example.com" });
    const { props } = await provider.read(address, { ...line } as object);
    expect(props).toMatchObject({ defaultPtrRecord: `${address.replaceAll(".", "-")}.de-fra1.upcloud.host` });
  });

  test("of an address that a program looks for and that is not there fails, and one that was there is gone", async () => {
    await start();
    await expect(provider.read("203.0.113.250", { ...line } as object)).rejects.toThrow(
      "There is no address 203.0.113.250 in the UpCloud account",
    );
    const { address } = simulator.account.assignIpAddress({ server: web });
    const { props } = await provider.read(address, { ...line } as object);
    simulator.account.releaseIpAddress(address);
    nextOperation();
    expect(await provider.read(address, props)).toEqual({});
  });

  test("of an address that is not managed and moves to another server still finds it", async () => {
    await start();
    const { address } = simulator.account.assignIpAddress({ server: web });
    const { props } = await provider.read(address, { ...line } as object);
    simulator.account.moveIpAddress(address, mail);
    expect((await provider.read(address, props)).props).toMatchObject({ address, server: mail });
  });

  test("keeps what the state knows, and its inputs are those of the program", async () => {
    await start();
    const declared = {
      server: web,
      powerCycle: { stopType: "hard" },
      timeouts: { create: "5m" },
      ptrRecord: "a.example.com",
    };
    const { id, state, inputs } = await create(declared);
    const read = await provider.read(id, state);
    expect(read.id).toBe(id);
    expect(read.props).toEqual(state);
    expect(read.inputs).toEqual({ ...inputs, ...line });
  });

  test("returns no inputs when the program declares no PTR record", async () => {
    await start();
    const { id, state } = await create({ server: web });
    simulator.account.modifyIpAddress(id, { ptrRecord: "drifted.example.com" });
    expect(await provider.read(id, state)).toEqual({ id, props: { ...state, ptrRecord: "drifted.example.com" } });
  });

  test.each<[string, (address: string) => void]>([
    ["was released", (address) => simulator.account.releaseIpAddress(address)],
    ["belongs to another account", (address) => simulator.account.giveIpAddressAway(address)],
    ["is on another server", (address) => simulator.account.moveIpAddress(address, mail)],
  ])("of an address that %s finds it gone", async (_, happen) => {
    await start();
    const { id, state } = await create({ server: web });
    happen(id);
    expect(await provider.read(id, state)).toEqual({});
  });

  test.each([401, 403, 404, 429, 500, 503])(
    "that is answered %i without a code of an address fails",
    async (status) => {
      await start();
      const { id, state } = await create({ server: web });
      simulator.faults.add({ kind: "error", method: "GET", status, errorCode: "SOMETHING_ELSE", times: always });
      await expect(provider.read(id, state)).rejects.toThrow(String(status));
    },
  );
});

describe("a PTR record", () => {
  test("that is declared as it already is needs no request", async () => {
    await start();
    const { id, state, inputs } = await create({ server: web });
    const news = await inputsOf(inputs, { server: web, ptrRecord: state.ptrRecord });
    expect(await provider.diff(id, state, news)).toEqual({ changes: true });
    simulator.clearRequests();
    const { outs } = await provider.update(id, state, news);
    expect(requests()).toEqual([]);
    expect(outs).toMatchObject({ managesPtrRecord: true });
  });

  test("that UpCloud serves in other letters is no change", async () => {
    await start();
    const { id, state, inputs } = await create({ server: web, ptrRecord: "mail.example.com" });
    const served = { ...state, ptrRecord: "Mail.Example.com." };
    expect(await provider.diff(id, served, inputs)).toEqual({ changes: false });
  });

  test("of an address that is gone fails with what to do", async () => {
    await start();
    const { id, state, inputs } = await create({ server: web });
    simulator.account.releaseIpAddress(id);
    const news = await inputsOf(inputs, { server: web, ptrRecord: "a.example.com" });
    await expect(provider.update(id, state, news)).rejects.toThrow("run `pulumi refresh`, then `pulumi up`");
  });

  test("that is refused on create is saved with id, properties and the line that names the lifecycle", async () => {
    await start();
    simulator.faults.add({ kind: "error", method: "PUT", status: 400, errorCode: "PTR_RECORD_INVALID" });
    const failure = await create({ server: web, ptrRecord: "a.example.com" }).catch((error) => error);
    const [address] = simulator.account.listIpAddresses(web).slice(-1);
    expect(failure).toMatchObject({
      id: address?.address,
      properties: { ...line, server: web, family: "IPv4", ptrRecord: address?.ptrRecord, managesPtrRecord: true },
      reasons: [failure.message],
    });
  });
});

describe("the internal network", () => {
  test.each(["1.2", "1.3"] as const)(
    "is called by either word in API %s, and the words are the same",
    async (version) => {
      await start({ seed: { servers: [{ uuid: web, title: "web", state: "stopped", ipAddresses: [{}] }] } }, version);
      const { id, state, inputs } = await create({ server: web, access: "utility" });
      expect(state).toMatchObject({ access: "utility", ptrRecord: "", defaultPtrRecord: "" });
      expect(await provider.diff(id, state, await inputsOf(inputs, { server: web, access: "private" }))).toEqual({
        changes: false,
      });
      expect((await provider.read(id, state)).props).toEqual(state);
    },
  );

  test("is not released: the error says what to do, and no server is stopped", async () => {
    await start({ seed: { servers: [{ uuid: web, title: "web", state: "started", ipAddresses: [{}] }] } });
    simulator.account.stopServer(web);
    const { id, state } = await create({ server: web, access: "private", powerCycle: true });
    simulator.account.startServer(web);
    simulator.clearRequests();
    await expect(destroy(id, state)).rejects.toThrow("`retainOnDelete: true`");
    expect(requests().filter((request) => request.startsWith("POST"))).toEqual([]);
  });
});

describe("delete", () => {
  test("of an address that goes while it is being released succeeds", async () => {
    await start();
    const { id, state } = await create({ server: web });
    simulator.faults.add({ kind: "act", method: "DELETE", act: (account) => account.releaseIpAddress(id) });
    await destroy(id, state);
    expect(simulator.account.getIpAddress(id)).toBeUndefined();
  });

  test("of an address that is moved while its server stops leaves it", async () => {
    await start();
    const { id, state } = await create({ server: web, powerCycle: true });
    simulator.account.startServer(web);
    simulator.faults.add({
      kind: "act",
      method: "POST",
      path: "/server/*/stop",
      act: (account) => account.moveIpAddress(id, mail),
    });
    await destroy(id, state);
    expect(simulator.account.getIpAddress(id)?.server).toBe(mail);
    expect(simulator.account.getServer(web)?.state).toBe("started");
  });

  test("of an address that is moved while its server is in maintenance leaves it", async () => {
    await start();
    const { id, state } = await create({ server: web });
    simulator.account.setServerState(web, "maintenance", { state: "stopped", afterMs: 20_000 });
    simulator.faults.add({
      kind: "act",
      method: "DELETE",
      when: "after",
      act: (account) => account.moveIpAddress(id, mail),
    });
    await destroy(id, state);
    expect(simulator.account.getIpAddress(id)?.server).toBe(mail);
  });

  test.each([true, false])("starts a server that was left stopped, with powerCycle %j", async (powerCycle) => {
    await start();
    const { id, state } = await create({ server: web, powerCycle });
    await destroy(id, { ...state, leftStopped: true });
    expect(simulator.account.getIpAddress(id)).toBeUndefined();
    expect(simulator.account.getServer(web)?.state).toBe("started");
  });

  test("from a running server names the up that has to come before", async () => {
    await start();
    const { id, state } = await create({ server: web });
    simulator.account.startServer(web);
    await expect(destroy(id, state)).rejects.toThrow("and run `pulumi up` before you delete it");
  });

  test("whose server does not start again says that the address is released", async () => {
    await start();
    const { id, state } = await create({ server: web, powerCycle: { stopType: "hard" } });
    simulator.account.startServer(web);
    simulator.faults.add({
      kind: "error",
      method: "POST",
      path: "/server/*/start",
      status: 402,
      errorCode: "INSUFFICIENT_CREDITS",
    });
    await expect(destroy(id, state)).rejects.toThrow(
      /^The address was released\. Server "web" .* could not be started again: .*too few credits for server/,
    );
  });

  test("of an address whose release took effect without an answer looks, and sends no second release", async () => {
    await start();
    const { id, state } = await create({ server: web });
    simulator.faults.add({ kind: "drop", when: "after-effect", method: "DELETE" });
    await destroy(id, state);
    expect(simulator.account.getIpAddress(id)).toBeUndefined();
    expect(requests().filter((request) => request.startsWith("DELETE"))).toHaveLength(1);
    expect(requests().at(-1)).toBe(`GET /1.2/ip_address/${id}`);
  });

  test("of an address that is moved after a release without an answer leaves it", async () => {
    await start();
    const { id, state } = await create({ server: web });
    simulator.faults.add({ kind: "drop", when: "before-effect", method: "DELETE" });
    simulator.faults.add({ kind: "act", method: "GET", skip: 1, act: (account) => account.moveIpAddress(id, mail) });
    await destroy(id, state);
    expect(simulator.account.getIpAddress(id)?.server).toBe(mail);
    expect(requests().filter((request) => request.startsWith("DELETE"))).toHaveLength(1);
  });

  test.each<[string, (account: Simulator["account"], id: string) => void]>([
    ["404", (account, id) => account.releaseIpAddress(id)],
    ["403", (account, id) => account.giveIpAddressAway(id)],
  ])("whose repeated release is answered %s succeeds", async (status, happen) => {
    await start();
    const { id, state } = await create({ server: web });
    simulator.faults.add({ kind: "drop", when: "before-effect", method: "DELETE" });
    simulator.faults.add({ kind: "act", method: "DELETE", act: (account) => happen(account, id) });
    await destroy(id, state);
    const deletes = simulator.requests.filter(({ method }) => method === "DELETE");
    expect(deletes.map((request) => request.status)).toEqual([0, Number(status)]);
  });

  test("that cannot tell whose address it is releases nothing", async () => {
    await start();
    const { id, state } = await create({ server: web });
    simulator.faults.add({ kind: "drop", when: "before-effect", method: "GET", times: 5 });
    await expect(destroy(id, state)).rejects.toThrow("UpCloud did not respond to GET");
    expect(simulator.account.getIpAddress(id)).toBeDefined();
  });
});

test("an obsolete API 1.2 is replaced by 1.3 with one notice, and the state has the properties of 1.3", async () => {
  await start({ rules: { api12: "obsolete" } });
  const { id, state } = await create({ server: web, ptrRecord: "a.example.com" });
  expect(state).toMatchObject({ zone: "de-fra1", mac: expect.any(String) });
  await destroy(id, state);
  expect(machine.said.slice(0, 1)).toEqual([
    "UpCloud no longer supports API 1.2: using 1.3 instead. Set upcloud:apiVersion to 1.3.",
  ]);
});

test("powerCycle of the stack may be an object, and the resource's own value wins", async () => {
  await start({}, "1.2", { "upcloud:powerCycle": '{ "stopType": "hard" }' });
  expect(session.defaultPowerCycle()).toEqual({ stopType: "hard" });
  await expect(create({ server: mail, powerCycle: false })).rejects.toThrow("SERVER_STATE_ILLEGAL");
});

test("check removes the program's hints from the inputs", async () => {
  await start();
  const __program = JSON.stringify({ preview: false, onServer: 1 });
  const { inputs } = await provider.check({}, { ...line, __program, server: web });
  expect(inputs).toEqual({ server: web, family: "IPv4", access: "public" });
});

test("check works with hints that are still unknown", async () => {
  await start();
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const { inputs, failures } = await provider.check({}, { ...line, __program: unknown, server: unknown });
  expect([inputs, failures]).toEqual([{ server: unknown, family: "IPv4", access: "public", __creation: unknown }, []]);
});

describe("a preview", () => {
  const preview = (server: string, onServer = 1) =>
    provider.check({}, { ...line, __program: JSON.stringify({ preview: true, onServer }), server });

  test("warns of a server that is not there, that runs, and that is full, each once, from two requests", async () => {
    await start();
    for (let i = 0; i < 4; i++) simulator.account.assignIpAddress({ server: web });
    for (const server of [absent, absent, mail, mail, web, web]) await preview(server);
    expect(machine.said).toHaveLength(3);
    expect(machine.said[0]).toContain(`there is no server ${absent} in the UpCloud account`);
    expect(machine.said[1]).toContain(`server "mail" (${mail}) is started`);
    expect(machine.said[2]).toContain(
      `server "web" (${web}) has 5 public IPv4 addresses, and the program adds more than UpCloud may allow`,
    );
    expect(requests().sort()).toEqual(["GET /1.2/ip_address", "GET /1.2/server"]);
  });

  test("says once that it could not ask when UpCloud does not answer", async () => {
    await start();
    simulator.faults.add({ kind: "error", status: 500, times: always });
    expect((await preview(mail)).failures).toEqual([]);
    expect(machine.said).toEqual([expect.stringMatching(/^warning: not checked against the account: UpCloud had an/)]);
  });
});
