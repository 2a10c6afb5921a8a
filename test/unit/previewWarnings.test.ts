import type { IpAddressWire, ServerWire } from "../../src/api/wire";
import type { AccountSnapshot } from "../../src/provider/accountSnapshot";
import type { PowerCycle, ServerIpAddressInputs } from "../../src/provider/inputs";
import { PreviewWarnings } from "../../src/provider/previewWarnings";

const uuid = "0053cd80-5945-4105-9081-11192806a8f7";
const inputs: ServerIpAddressInputs = { server: uuid, family: "IPv4", access: "public" };
/** How the engine tells a life cycle that a value is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function warningsOf(account: { servers?: ServerWire[] | undefined; addresses?: IpAddressWire[] | undefined }) {
  const lines: string[] = [];
  const snapshot = { serversIfAny: async () => account.servers, addressesIfAny: async () => account.addresses };
  return { warnings: new PreviewWarnings(snapshot as AccountSnapshot, (line) => lines.push(line)), lines };
}

const server = (state: string): ServerWire => ({ uuid, title: "web", state, zone: "fi-hel1" }) as ServerWire;
const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...inputs,
    address: `198.51.100.${index}`,
    floating: false,
    partOfPlan: index === 0,
  })) as unknown as IpAddressWire[];

test.each<[string, string, PowerCycle, RegExp | undefined]>([
  ["a stopped server", "stopped", false, undefined],
  [
    "a running server",
    "started",
    false,
    /^warning: .*web.* is started, and UpCloud assigns and releases .*stop it first/,
  ],
  [
    "a running server that may be stopped",
    "started",
    true,
    /^warning: .*web.* will be stopped, changed and started again/,
  ],
  ["a running server, with an unknown powerCycle", "started", unknown as unknown as PowerCycle, undefined],
  ["a server in the state error", "error", true, /^warning: .*web.* is in the state "error"/],
])("before an assign and a release: %s", async (_, state, powerCycle, expected) => {
  const { warnings, lines } = warningsOf({ servers: [server(state)], addresses: [] });
  await warnings.beforeAssign(inputs, powerCycle);
  await warnings.beforeRelease(uuid, powerCycle);
  expect(lines).toEqual(expected === undefined ? [] : [expect.stringMatching(expected)]);
});

test("a server that there is not is told of before an assign, once", async () => {
  const { warnings, lines } = warningsOf({ servers: [], addresses: [] });
  await warnings.beforeAssign(inputs, false);
  await warnings.beforeAssign(inputs, false);
  await warnings.beforeRelease(uuid, false);
  expect(lines).toEqual([
    `warning: there is no server ${uuid} in the UpCloud account: correct the UUID, or create the server first.`,
  ]);
});

test.each([
  ["the server is not known yet", { ...inputs, server: unknown }],
  ["nothing is assigned", { ...inputs, adopt: "198.51.100.7" }],
])("nothing is said where %s", async (_, declared) => {
  const { warnings, lines } = warningsOf({ servers: [], addresses: [] });
  await warnings.beforeAssign(declared as ServerIpAddressInputs, false);
  expect(lines).toEqual([]);
});

test("nothing is said where the account cannot be looked at", async () => {
  const blind = warningsOf({});
  await blind.warnings.beforeAssign(inputs, false);
  await blind.warnings.beforeRelease(uuid, false);
  const half = warningsOf({ servers: [server("stopped")] });
  await half.warnings.beforeAssign(inputs, false);
  expect([...blind.lines, ...half.lines]).toEqual([]);
});

test.each([
  ["public addresses are counted with those of the program, up to five", 4, 1, 0],
  ["the sixth may be one too many", 4, 2, 1],
  ["a full server, and each further address, is told of once", 5, 3, 1],
])("%s", async (_, present, planned, warned) => {
  const { warnings, lines } = warningsOf({ servers: [server("stopped")], addresses: addresses(present) });
  for (let index = 0; index < planned; index++) await warnings.beforeAssign(inputs, false);
  expect(lines).toHaveLength(warned);
  if (warned > 0) expect(lines[0]).toContain(`has ${present} public IPv4 addresses of the 5 that UpCloud allows`);
});

test("an address of the internal network takes no room", async () => {
  const { warnings, lines } = warningsOf({ servers: [server("stopped")], addresses: addresses(5) });
  await warnings.beforeAssign({ ...inputs, access: "private" }, false);
  expect(lines).toEqual([]);
});
