import type { IpAddressWire, ServerWire } from "../../../src/api/wire";
import type { PowerCycleInput, ServerIpAddressInputs } from "../../../src/model/inputs";
import type { AddressCache } from "../../../src/provider/account/addressCache";
import { Warnings } from "../../../src/provider/runtime/warnings";
import { PreviewWarnings } from "../../../src/provider/serverIpAddress/previewWarnings";
import { mail, web } from "../../support/demoServers";

const uuid = web;
const inputs: ServerIpAddressInputs = { server: uuid, family: "IPv4", access: "public" };
/** How the engine tells a lifecycle that a value is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function warningsOf(account: { servers?: ServerWire[] | undefined; addresses?: IpAddressWire[] | undefined }) {
  const lines: string[] = [];
  const cache = {
    serversIfAvailable: async () => account.servers,
    addressesIfAvailable: async () => account.addresses,
  };
  return { warnings: new PreviewWarnings(cache as AddressCache, new Warnings((line) => lines.push(line))), lines };
}

/** As for a replacement: diff tells of the release, then check of the assign. */
async function beforeBoth(warnings: PreviewWarnings, powerCycle: PowerCycleInput): Promise<void> {
  warnings.willRelease({ server: uuid, access: "public" }, powerCycle);
  await warnings.beforeCreate(inputs, powerCycle);
}

const server = (state: string): ServerWire => ({ uuid, title: "web", state, zone: "fi-hel1" }) as ServerWire;
const withoutServer = ({ server: _, ...address }: IpAddressWire): IpAddressWire => address;
const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...inputs,
    address: `198.51.100.${index}`,
    floating: false,
    partOfPlan: index === 0,
  })) as unknown as IpAddressWire[];

test.each<[string, string, PowerCycleInput, RegExp | undefined]>([
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
  ["a running server, with an unknown powerCycle", "started", unknown as unknown as PowerCycleInput, undefined],
  ["a server in the state error", "error", true, /^warning: .*web.* is in the state "error"/],
])("before an assign and a release: %s", async (_, state, powerCycle, expected) => {
  const { warnings, lines } = warningsOf({ servers: [server(state)], addresses: [] });
  await beforeBoth(warnings, powerCycle);
  expect(lines).toEqual(expected === undefined ? [] : [expect.stringMatching(expected)]);
});

test("an assign on a server that does not exist is warned of once", async () => {
  const { warnings, lines } = warningsOf({ servers: [], addresses: [] });
  await warnings.beforeCreate(inputs, false);
  await beforeBoth(warnings, false);
  expect(lines).toEqual([
    `warning: there is no server ${uuid} in the UpCloud account: correct the UUID, or create the server first.`,
  ]);
});

test.each([
  ["the server is not known yet", { ...inputs, server: unknown }],
  ["an address that is not known yet is adopted", { ...inputs, adopt: unknown }],
])("there is no warning when %s", async (_, declared) => {
  const { warnings, lines } = warningsOf({ servers: [], addresses: [] });
  await warnings.beforeCreate(declared as ServerIpAddressInputs, false);
  expect(lines).toEqual([]);
});

test("there is no warning when the account cannot be looked at", async () => {
  const blind = warningsOf({});
  await beforeBoth(blind.warnings, false);
  await blind.warnings.beforeCreate({ ...inputs, adopt: "198.51.100.7" }, false);
  const half = warningsOf({ servers: [server("stopped")] });
  await half.warnings.beforeCreate(inputs, false);
  expect([...blind.lines, ...half.lines]).toEqual([]);
});

test.each([
  ["public addresses are counted with those of the program, up to five", 4, 1, 0],
  ["the sixth may be one too many", 4, 2, 1],
  ["a full server, and each further address, is told of once", 5, 3, 1],
])("%s", async (_, present, planned, warned) => {
  const { warnings, lines } = warningsOf({ servers: [server("stopped")], addresses: addresses(present) });
  for (let index = 0; index < planned; index++) await warnings.beforeCreate(inputs, false);
  expect(lines).toHaveLength(warned);
  if (warned > 0)
    expect(lines[0]).toContain(
      `has ${present} public IPv4 addresses, and the program adds more than UpCloud may allow`,
    );
});

test("an address of the internal network takes no room", async () => {
  const { warnings, lines } = warningsOf({ servers: [server("stopped")], addresses: addresses(5) });
  await warnings.beforeCreate({ ...inputs, access: "private" }, false);
  expect(lines).toEqual([]);
});

describe("before an adopt", () => {
  const adopt = "2001:db8:1:2:30:abff:fe0c:4dd";
  const ofUpCloud: IpAddressWire = {
    ...inputs,
    family: "IPv6",
    address: "2001:db8:1:2:0030:abff:fe0c:04dd",
    ptr_record: "",
  };
  const other = mail;

  test.each<[string, IpAddressWire[], string | undefined]>([
    ["an address of the server", [ofUpCloud], undefined],
    [
      "one that is not in the account",
      [],
      `there is no address ${adopt} in the UpCloud account to adopt: correct \`adopt\`, or remove it to get a new address`,
    ],
    [
      "one of another server",
      [{ ...ofUpCloud, server: other }],
      `the address to adopt, ${adopt}, is on server ${other}, not on server ${uuid}: correct \`server\` or \`adopt\``,
    ],
    [
      "one of another kind",
      [{ ...ofUpCloud, access: "utility" }],
      `the address to adopt, ${adopt}, has access "utility", not "public": correct \`access\` or \`adopt\``,
    ],
    [
      "a floating one",
      [{ ...ofUpCloud, floating: "yes" }],
      `the address to adopt, ${adopt}, is floating, and a ServerIpAddress manages ordinary addresses only: use PtrRecord for its PTR record`,
    ],
    [
      "a floating one that is attached to nothing",
      [withoutServer({ ...ofUpCloud, floating: "yes" })],
      `the address to adopt, ${adopt}, is floating, and a ServerIpAddress manages ordinary addresses only: use PtrRecord for its PTR record`,
    ],
    [
      "one of the server's plan",
      [{ ...ofUpCloud, part_of_plan: "yes" }],
      `the address to adopt, ${adopt}, is part of the plan of server ${uuid}: destroying the resource would release the server's main address. Set \`retainOnDelete: true\`, or use PtrRecord to manage only its PTR record`,
    ],
  ])("%s", async (_, addresses, warning) => {
    const { warnings, lines } = warningsOf({ servers: [], addresses });
    for (let times = 0; times < 2; times++) {
      await warnings.beforeCreate({ ...inputs, family: "IPv6", adopt }, false);
    }
    expect(lines).toEqual(warning === undefined ? [] : [`warning: ${warning}.`]);
  });

  test("a server or access that is not known yet is not compared", async () => {
    const { warnings, lines } = warningsOf({ addresses: [ofUpCloud] });
    const declared = { ...inputs, server: unknown, access: unknown as "public", adopt };
    await warnings.beforeCreate(declared, false);
    expect(lines).toEqual([]);
  });
});
