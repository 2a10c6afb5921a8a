import type { ServerState } from "../../../src/api/wire";
import type { ServerIpAddressInputs } from "../../../src/model/inputs";
import { unknownValue } from "../../../src/model/unknown";
import { PtrRecordProvider } from "../../../src/provider/ptrRecord/provider";
import type { ServerIpAddressState } from "../../../src/provider/serverIpAddress/state";
import { mail, web } from "../../support/demoServers";
import { line, Machine, type Operation } from "../../support/operation";

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

test("of a create on a running server warns, after two looks, and leaves the mark of the create open", async () => {
  const { operation, inputs } = await checked({}, { server: mail });
  expect(operation.said).toEqual([expect.stringMatching(/^warning: .*is started, and UpCloud assigns/)]);
  expect(requests().sort()).toEqual(looks);
  expect(inputs).toHaveProperty("__creation", unknownValue);
});

test("of a create on a server that is not known yet leaves the mark of the create open", async () => {
  const { inputs } = await checked({}, { server: unknownValue, __program: unknownValue });
  expect(inputs).toHaveProperty("__creation", unknownValue);
});

test("of a create on a server in a state that UpCloud has added warns as of one that runs", async () => {
  machine = await Machine.start();
  machine.simulator.account.setServerState(web, "rebooting" as ServerState);
  const operation = machine.operation();
  await operation.provider.check({}, { ...line, __program: program, server: web });
  expect(operation.said).toEqual([expect.stringMatching(/^warning: .*is rebooting, and UpCloud assigns/)]);
  expect(requests().sort()).toEqual(looks);
});

test("of an existing address sends no request", async () => {
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

/** The engine checks a replacement once more, without its olds. */
const checkedAgain = (operation: Operation, declared: object) =>
  operation.provider.check({}, { ...line, __program: program, ...declared });

test.each([
  ["to another server", { server: web }, ["server"]],
  ["by another family", { server: mail, family: "IPv6" }, ["family"]],
])(
  "of a replacement %s asks nothing in diff, and then warns of the running server that releases",
  async (_, news, replaces) => {
    const { operation } = await checked({ server: mail }, { server: mail });
    const diff = await operation.provider.diff("198.51.100.2", state, { ...state, ...news } as ServerIpAddressInputs);
    expect([diff, operation.said, requests()]).toEqual([{ changes: true, replaces }, [], []]);
    await checkedAgain(operation, news);
    expect(operation.said).toEqual([
      expect.stringMatching(/^warning: server "mail" .*is started, and UpCloud assigns and releases/),
    ]);
    expect(requests().sort()).toEqual(looks);
  },
);

test("of a replacement on a server with five addresses leaves the order to the program", async () => {
  const { operation } = await checked({ server: mail }, { server: mail });
  while (machine.simulator.account.listIpAddresses(mail).filter(({ access }) => access === "public").length < 5) {
    machine.simulator.account.assignIpAddress({ server: mail });
  }
  const diff = await operation.provider.diff("198.51.100.2", state, { ...state, family: "IPv6" });
  expect(diff).toEqual({ changes: true, replaces: ["family"] });
});

test("of a PtrRecord whose address is not in the account warns, once", async () => {
  machine = await Machine.start();
  const { session, said } = machine.operation();
  const records = new PtrRecordProvider(session);
  const [present] = machine.simulator.account.listIpAddresses(mail);
  const check = (address: string | undefined, declaration: number, olds = {}) =>
    records.check(olds, {
      address,
      ptrRecord: "mail.example.com",
      __program: { name: "mail", declaration, preview: true, stack: "o/p/test" },
    });
  await check(present?.address, 1);
  await check("192.0.2.200", 2, { address: "192.0.2.200" });
  expect(said).toEqual([]);
  await check("192.0.2.201", 3);
  await check("192.0.2.201", 3);
  expect(said).toEqual([
    expect.stringMatching(/^warning: there is no address 192\.0\.2\.201 in the UpCloud account: /),
  ]);
  expect(requests()).toEqual(["GET /1.2/ip_address"]);
});

test("of an address that is adopted warns where it is part of a server's plan", async () => {
  machine = await Machine.start();
  const operation = machine.operation();
  const planned = machine.simulator.account.listIpAddresses(mail).find(({ partOfPlan }) => partOfPlan);
  await checkedAgain(operation, { server: mail, adopt: planned?.address });
  expect(operation.said).toEqual([expect.stringContaining(`to adopt, ${planned?.address}, is part of the plan`)]);
});

test("of a replacement on the internal network warns of nothing: UpCloud releases none there", async () => {
  const { operation } = await checked({ server: mail }, { server: mail });
  const olds: ServerIpAddressState = { ...state, access: "private" };
  const diff = await operation.provider.diff("10.1.0.2", olds, { ...state, server: web });
  expect(diff).toMatchObject({ replaces: ["server", "access"] });
  await checkedAgain(operation, { server: web });
  expect(operation.said).toEqual([]);
});

test("acknowledges nothing that the journal holds", async () => {
  const { operation } = await checked({ server: mail }, { server: mail });
  const acknowledged: string[] = [];
  operation.session.journal.acknowledge = (address) => acknowledged.push(address);
  await operation.provider.diff("198.51.100.2", state, state);
  expect(acknowledged).toEqual([]);
});
