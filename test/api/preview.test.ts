import type { ServerState } from "../../src/api/wire";
import type { ServerIpAddressState } from "../../src/provider/ipAddressState";
import { Machine } from "../support/operation";

const mail = "009d64ef-31d1-4684-a26b-c86c955cbf46";
const web = "0053cd80-5945-4105-9081-11192806a8f7";
const line = { __provider: "the line that names the life cycle" };
const program = JSON.stringify({ preview: true, urn: "urn:pulumi:test::addresses::mail", stack: "o/p/test" });

let machine: Machine;
afterEach(() => machine.end());

/** Check, as a preview calls it. */
async function checked(olds: object, declared: Record<string, unknown>) {
  machine = await Machine.start();
  const operation = machine.operation();
  const { inputs, failures } = await operation.provider.check(olds, { ...line, __program: program, ...declared });
  expect(failures).toEqual([]);
  return { operation, inputs };
}
const requests = () => machine.simulator.requests.map(({ method, path }) => `${method} ${path}`);
const looks = ["GET /1.2/ip_address", "GET /1.2/server"];

test("of a create on a running server warns, after two looks, and leaves no mark of a create", async () => {
  const { operation, inputs } = await checked({}, { server: mail });
  expect(operation.said).toEqual([expect.stringMatching(/^warning: .*is started, and UpCloud assigns/)]);
  expect(requests().sort()).toEqual(looks);
  expect(inputs).not.toHaveProperty("__creation");
});

test("of a create on a server in a state that UpCloud has added warns as of one that runs", async () => {
  machine = await Machine.start();
  machine.simulator.account.setServerState(web, "rebooting" as ServerState);
  const operation = machine.operation();
  await operation.provider.check({}, { ...line, __program: program, server: web });
  expect(operation.said).toEqual([expect.stringMatching(/^warning: .*is rebooting, and UpCloud assigns/)]);
  expect(requests().sort()).toEqual(looks);
});

test("of what is there already asks nothing", async () => {
  const { operation } = await checked({ server: mail }, { server: mail });
  expect([operation.said, requests()]).toEqual([[], []]);
});

const state: ServerIpAddressState = {
  server: mail,
  family: "IPv4",
  access: "public",
  ptrRecord: "",
  defaultPtrRecord: "",
  partOfPlan: false,
};

test.each([
  ["to another server", { ...state, server: web }, ["server"], false],
  ["by another family", { ...state, family: "IPv6" as const }, ["family"], false],
])("of a replacement %s warns of the running server that releases", async (_, news, replaces, deletesFirst) => {
  const { operation } = await checked({ server: mail }, { server: mail });
  const diff = await operation.provider.diff("198.51.100.2", { ...state }, news);
  expect(diff).toEqual({ changes: true, replaces, deleteBeforeReplace: deletesFirst });
  expect(operation.said).toEqual([expect.stringMatching(/^warning: .*is started, and UpCloud assigns and releases/)]);
});

test("of a replacement on the internal network warns of nothing: UpCloud releases none there", async () => {
  const { operation } = await checked({ server: mail }, { server: mail });
  const olds: ServerIpAddressState = { ...state, access: "private" };
  const diff = await operation.provider.diff("10.1.0.2", olds, { ...state, server: web });
  expect(diff).toMatchObject({ replaces: ["server", "access"], deleteBeforeReplace: false });
  expect([operation.said, requests()]).toEqual([[], []]);
});

test("settles nothing that the journal holds", async () => {
  const { operation } = await checked({ server: mail }, { server: mail });
  const settled: string[] = [];
  operation.session.journal.settled = (address) => settled.push(address);
  await operation.provider.diff("198.51.100.2", state, state);
  expect(settled).toEqual([]);
});
