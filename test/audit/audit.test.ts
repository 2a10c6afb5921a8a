import type { IpAddressWire } from "../../src/api/wire";
import { audit } from "../../src/audit/audit";
import type { JournalHint } from "../../src/audit/journalHints";
import { parseState } from "../../src/state/stackState";
import { ciphertext, pendingCreate, resource, stackExport, urnOf } from "./support/stackFixture";

const web = "0053cd80-5945-4105-9081-11192806a8f7";
const mail = "009d64ef-31d1-4684-a26b-c86c955cbf46";

const ipv4 = (last: number, more: Partial<IpAddressWire> = {}): IpAddressWire => ({
  access: "public",
  address: `198.51.100.${last}`,
  family: "IPv4",
  ptr_record: `198-51-100-${last}.de-fra1.upcloud.host`,
  server: web,
  ...more,
});

const ipv6 = (last: number, more: Partial<IpAddressWire> = {}): IpAddressWire => ({
  ...ipv4(last),
  address: `2001:db8:1:2:3:4:5:000${last}`,
  family: "IPv6",
  ptr_record: `0003-0004-0005-000${last}.v6.de-fra1.upcloud.host`,
  ...more,
});

const state = (resources: object[], pending: object[] = []) =>
  parseState(JSON.stringify(stackExport(resources, pending)), "the state");
const managed = resource("first", "198.51.100.3", { server: web });
const usesWeb = state([managed]);

const entry = (name: string, more: Partial<JournalHint> = {}): JournalHint => ({
  token: `token of ${name}`,
  phase: "intent",
  urn: urnOf(name),
  server: web,
  family: "IPv4",
  access: "public",
  at: "2026-01-02T03:04:05.678Z",
  ...more,
});

/** Address and the resource that it was meant for, of each suspect. */
const suspectsOf = (...[account, states, journal = []]: Partial<Parameters<typeof audit>>) =>
  audit(account ?? [], states ?? [], journal).suspects.map(({ address, resource }) => [address, resource?.name]);

const otherReasons = (account: IpAddressWire[], states: Parameters<typeof audit>[1] = [usesWeb]) => {
  const { suspects, possible, others } = audit(account, states, []);
  expect([suspects, possible]).toEqual([[], []]);
  return others.map(({ reason }) => reason);
};

/** Address and reason of those that are no suspects and may be lost all the same. */
const possibleOf = (account: IpAddressWire[], states: Parameters<typeof audit>[1] = [usesWeb]) =>
  audit(account, states, []).possible.map(({ address, reason }) => [address, reason]);

describe("what the stacks manage", () => {
  test("is counted but not listed, in any spelling", () => {
    const states = [usesWeb, state([resource("six", "2001:DB8:1:2:3:4:5:6", { server: mail, family: "IPv6" })])];
    expect(audit([ipv4(3), ipv6(6)], states, [])).toEqual({
      managed: 2,
      shared: [],
      suspects: [],
      possible: [],
      unattached: [],
      others: [],
    });
  });

  test("includes what the next operation deletes", () => {
    const replaced = resource("first", "198.51.100.4", { server: web }, { delete: true });
    expect(audit([ipv4(3), ipv4(4)], [state([managed, replaced])], []).managed).toBe(2);
  });

  test("is what any of them manages", () => {
    const other = state([resource("second", "198.51.100.4", { server: web })]);
    expect(suspectsOf([ipv4(3), ipv4(4)], [usesWeb])).toEqual([["198.51.100.4", undefined]]);
    expect(suspectsOf([ipv4(3), ipv4(4)], [usesWeb, other])).toEqual([]);
  });
});

describe("an interrupted create in the state", () => {
  test("points at the matching address, and names the resource", () => {
    const { suspects } = audit([ipv4(5)], [state([], [pendingCreate("mail", { server: web })])], []);
    expect(suspects).toEqual([
      {
        address: "198.51.100.5",
        family: "IPv4",
        access: "public",
        server: web,
        ptrRecord: "198-51-100-5.de-fra1.upcloud.host",
        reason: "state-match",
        stack: "prod",
        resource: { urn: urnOf("mail"), name: "mail" },
      },
    ]);
  });

  test.each<[string, Partial<IpAddressWire>]>([
    ["on another server", { server: mail }],
    ["of the plan", { part_of_plan: "yes" }],
    ["that floats", { floating: "yes" }],
    ["on the internal network", { access: "private", ptr_record: "" }],
    ["whose PTR record somebody has set", { ptr_record: "somebody.example.com" }],
  ])("does not point at an address %s", (_, more) => {
    expect(suspectsOf([ipv4(5, more)], [state([], [pendingCreate("mail", { server: web })])])).toEqual([]);
  });

  test("does not point at an address of the other family", () => {
    expect(suspectsOf([ipv6(5)], [state([], [pendingCreate("mail", { server: web })])])).toEqual([]);
  });

  test("prefers the address that already has its PTR record to one with the default", () => {
    const pending = [
      pendingCreate("plain", { server: web }),
      pendingCreate("mail", { server: web, ptrRecord: "mail.example.com" }),
    ];
    expect(suspectsOf([ipv4(5), ipv4(6, { ptr_record: "Mail.example.com" })], [state([], pending)])).toEqual([
      ["198.51.100.5", "plain"],
      ["198.51.100.6", "mail"],
    ]);
  });

  test("points at one address only", () => {
    const pending = [pendingCreate("mail", { server: web, ptrRecord: "mail.example.com" })];
    expect(suspectsOf([ipv4(5), ipv4(6, { ptr_record: "mail.example.com" })], [state([], pending)])).toEqual([
      ["198.51.100.5", undefined],
      ["198.51.100.6", "mail"],
    ]);
  });

  test("does not point at an address that another resource of the stack has", () => {
    const floating = {
      urn: urnOf("float"),
      type: "upcloud:index/floatingIpAddress:FloatingIpAddress",
      id: "198.51.100.5",
    };
    expect(suspectsOf([ipv4(5)], [state([floating], [pendingCreate("mail", { server: web })])])).toEqual([]);
  });

  test("and another one for the same server point at one address each, and a third address is an extra", () => {
    const pending = [pendingCreate("a", { server: web }), pendingCreate("b", { server: web })];
    expect(suspectsOf([ipv4(5), ipv4(6), ipv4(7)], [state([], pending)])).toEqual([
      ["198.51.100.5", "a"],
      ["198.51.100.6", "b"],
      ["198.51.100.7", undefined],
    ]);
  });

  test.each([
    ["private", "utility"],
    ["utility", "private"],
  ] as const)("of a %s address points at a %s one: both are the internal network", (declared, access) => {
    const pending = [pendingCreate("inner", { server: web, access: declared })];
    expect(suspectsOf([ipv4(5, { access, ptr_record: "" })], [state([], pending)])).toEqual([
      ["198.51.100.5", "inner"],
    ]);
  });

  test("whose server is encrypted comes after those with a known server", () => {
    const pending = [pendingCreate("secret", { server: ciphertext }), pendingCreate("known", { server: web })];
    expect(suspectsOf([ipv4(5), ipv4(6, { server: mail })], [state([], pending)])).toEqual([
      ["198.51.100.5", "known"],
      ["198.51.100.6", "secret"],
    ]);
  });

  test("of IPv6 points at a single address, and says that it may be the server's own", () => {
    const { suspects } = audit([ipv6(5)], [state([], [pendingCreate("six", { server: web, family: "IPv6" })])], []);
    expect(suspects).toMatchObject([{ resource: { name: "six" }, mayBeServersOwn: true }]);
  });

  test("reports the address that its resource has now", () => {
    const again = resource("mail", "198.51.100.6", { server: web });
    const { suspects } = audit([ipv4(5), ipv4(6)], [state([again], [pendingCreate("mail", { server: web })])], []);
    expect(suspects).toMatchObject([{ address: "198.51.100.5", resource: { name: "mail", has: "198.51.100.6" } }]);
  });

  test("of a replacement ignores the address that will be deleted", () => {
    const old = resource("mail", "198.51.100.6", { server: web }, { delete: true });
    const { suspects } = audit([ipv4(5), ipv4(6)], [state([old], [pendingCreate("mail", { server: web })])], []);
    expect(suspects.map(({ resource }) => resource)).toEqual([{ urn: urnOf("mail"), name: "mail" }]);
  });

  test("of an adoption bought nothing, and the address is left to the next up", () => {
    const pending = [pendingCreate("mail", { server: web, adopt: "198.51.100.5" })];
    const states = [state([managed], pending)];
    expect(otherReasons([ipv4(5)], states)).toEqual(["to-be-adopted"]);
    expect(suspectsOf([ipv4(6)], states)).toEqual([["198.51.100.6", undefined]]);
  });

  test("points at nothing if it is another operation", () => {
    const pending = [{ ...pendingCreate("mail", { server: web }), type: "updating" }];
    expect(suspectsOf([ipv4(5)], [state([], pending)])).toEqual([]);
  });
});

describe("the journal of this machine", () => {
  test("points at the address that it contains, whatever its PTR record", () => {
    const account = [ipv4(5), ipv4(6, { ptr_record: "mail.example.com" })];
    const { suspects } = audit(account, [state([])], [entry("mail", { address: "198.51.100.6" })]);
    expect(suspects).toMatchObject([
      { address: "198.51.100.5", reason: "extra-beside-create", stack: "prod" },
      {
        address: "198.51.100.6",
        reason: "journal-result",
        stack: "prod",
        at: "2026-01-02T03:04:05.678Z",
      },
    ]);
  });

  test("without an address points at the matching one", () => {
    const { suspects } = audit([ipv4(5)], [state([])], [entry("mail")]);
    expect(suspects).toMatchObject([
      { resource: { name: "mail" }, reason: "journal-match", at: "2026-01-02T03:04:05.678Z" },
    ]);
  });

  test("and the state count the same create once", () => {
    const states = [state([], [pendingCreate("mail", { server: web, ptrRecord: "mail.example.com" })])];
    const account = [ipv4(5, { ptr_record: "mail.example.com" }), ipv4(6, { server: mail })];
    expect(suspectsOf(account, states, [entry("mail")])).toEqual([["198.51.100.5", "mail"]]);
    expect(suspectsOf([ipv4(5)], states, [entry("mail", { address: "198.51.100.9" })])).toEqual([
      ["198.51.100.5", undefined],
    ]);
  });

  test("counts for other stacks if the address was not reported to Pulumi", () => {
    const other = [entry("mail", { urn: urnOf("mail", "staging") })];
    expect(suspectsOf([ipv4(5)], [state([])], other)).toEqual([["198.51.100.5", "mail"]]);
  });

  test("does not count for other stacks if the address was reported, unless a given stack has no name yet", () => {
    const other = [entry("mail", { urn: urnOf("mail", "staging"), phase: "reported", address: "198.51.100.5" })];
    expect(suspectsOf([ipv4(5)], [state([])], other)).toEqual([]);
    expect(suspectsOf([ipv4(5)], [parseState('{"version":3,"deployment":{}}', "")], other)).toEqual([
      ["198.51.100.5", "mail"],
    ]);
  });

  test("and the state of a renamed stack count the same create once, by its token", () => {
    const pending = pendingCreate("mail", { server: web });
    Object.assign(pending.resource.inputs, { __creation: "abc" });
    const told = entry("mail", {
      token: "abc",
      urn: urnOf("mail", "former"),
      phase: "reported",
      address: "198.51.100.5",
    });
    expect(suspectsOf([ipv4(5), ipv4(6, { server: mail })], [state([], [pending])], [told])).toEqual([
      ["198.51.100.5", "mail"],
    ]);
  });
});

describe("an address that several resources have", () => {
  const second = resource("second", "198.51.100.3", { server: web });

  test("is listed with each of them, in one stack or in two", () => {
    const { urn } = managed;
    const shared = [{ address: "198.51.100.3", resources: [urn, urnOf("second")] }];
    expect(audit([ipv4(3)], [state([managed, second])], []).shared).toEqual(shared);
    expect(audit([ipv4(3)], [usesWeb, state([second])], []).shared).toEqual(shared);
    expect(audit([ipv4(3)], [usesWeb, usesWeb], []).shared).toEqual([
      { address: "198.51.100.3", resources: [urn, urn] },
    ]);
  });

  test("does not include one of a resource that is being replaced, or that only reads it", () => {
    const replaced = resource("first", "198.51.100.3", { server: web }, { delete: true });
    const read = resource("read", "198.51.100.3", { server: web }, { external: true });
    expect(audit([ipv4(3)], [state([managed, replaced, read])], []).shared).toEqual([]);
  });
});

describe("an address without a record", () => {
  test("is a suspect if it is an extra on a server where a stack manages addresses", () => {
    const { suspects } = audit([ipv4(3), ipv4(5)], [usesWeb], []);
    expect(suspects).toMatchObject([
      {
        address: "198.51.100.5",
        reason: "extra-beside-managed",
        stack: "prod",
      },
    ]);
    expect(suspects[0]).not.toHaveProperty("resource");
  });

  test("is a suspect on a server where a stack was creating an address of the other family", () => {
    const { suspects } = audit([ipv4(5)], [state([], [pendingCreate("six", { server: web, family: "IPv6" })])], []);
    expect(suspects).toMatchObject([{ reason: "extra-beside-create", stack: "prod" }]);
  });

  test.each<[string, IpAddressWire]>([
    ["plan", ipv4(5, { part_of_plan: "yes" })],
    ["floating", ipv4(5, { floating: "yes" })],
    ["internal", ipv4(5, { access: "private", ptr_record: "" })],
    ["only-ipv6", ipv6(5)],
    ["only-ipv6", ipv6(5, { server: mail })],
  ])("is no suspect if it is excluded as %s", (reason, address) => {
    expect(otherReasons([ipv4(3), address])).toEqual([reason]);
  });

  test.each<[string, IpAddressWire]>([
    ["changed-ptr-record", ipv4(5, { ptr_record: "mail.example.com" })],
    ["changed-ptr-record", ipv6(5, { ptr_record: "mail.example.com" })],
    ["extra-elsewhere", ipv4(5, { server: mail })],
  ])("is possibly lost as %s", (reason, address) => {
    const { suspects, possible, others } = audit([ipv4(3), address], [usesWeb], []);
    expect([suspects, others]).toEqual([[], []]);
    expect(possible).toEqual([
      {
        address: address.address,
        family: address.family,
        access: "public",
        server: address.server,
        ptrRecord: address.ptr_record,
        reason,
      },
    ]);
  });

  test("of IPv6 and the server's own one are both possibly lost if these stacks manage no addresses", () => {
    expect(possibleOf([ipv6(5), ipv6(6)], [state([])])).toEqual([
      [ipv6(5).address, "extra-elsewhere"],
      [ipv6(6).address, "extra-elsewhere"],
    ]);
  });

  test.each(["1.2", "1.3"])("that is attached to no server is listed apart, with API %s", (version) => {
    const { server, ...detached } = ipv4(5, version === "1.3" ? { floating: "yes" } : {});
    const { suspects, possible, unattached, others } = audit([detached], [usesWeb], []);
    expect([suspects, possible, others]).toEqual([[], [], []]);
    expect(unattached).toEqual([
      {
        address: "198.51.100.5",
        family: "IPv4",
        access: "public",
        ptrRecord: detached.ptr_record,
        reason: "unattached",
      },
    ]);
  });

  test("that is attached to no server is only counted if a PtrRecord manages its record", () => {
    const { server, ...detached } = ipv4(5, { floating: "yes" });
    const ptrRecord = {
      ...resource("ptr", "198.51.100.5", { server: "" }),
      type: "pulumi-nodejs:dynamic/upcloud:PtrRecord",
    };
    expect(otherReasons([detached], [state([managed, ptrRecord])])).toEqual(["only-ptr-record"]);
    expect(audit([detached], [state([managed, ptrRecord])], []).unattached).toEqual([]);
  });

  test("is no suspect if a state contains it for another reason", () => {
    const ptrRecord = resource("ptr", "198.51.100.5", { server: web });
    const states = state([
      managed,
      { ...ptrRecord, type: "pulumi-nodejs:dynamic/upcloud:PtrRecord" },
      resource("found", "198.51.100.6", { server: web }, { external: true }),
      { urn: urnOf("float"), type: "upcloud:index/floatingIpAddress:FloatingIpAddress", id: "198.51.100.7" },
    ]);
    expect(otherReasons([ipv4(5), ipv4(6), ipv4(7)], [states])).toEqual(["only-ptr-record", "only-read", "other-type"]);
  });

  test("of IPv6 is no suspect next to lost IPv4 addresses, or to another server's own address", () => {
    const states = [usesWeb, state([resource("second", "198.51.100.4", { server: mail })])];
    expect(suspectsOf([ipv6(5), ipv4(5), ipv6(6, { server: mail })], states)).toEqual([["198.51.100.5", undefined]]);
  });

  test("of IPv6 is a suspect like another one on its server, and says that it may be the server's own", () => {
    const { suspects } = audit([ipv6(5), ipv6(6)], [usesWeb], []);
    expect(suspects.map(({ address }) => address)).toEqual([ipv6(5).address, ipv6(6).address]);
    expect(suspects.map(({ mayBeServersOwn }) => mayBeServersOwn)).toEqual([true, true]);
  });
});

test("an address that is only read does not make its server a used one", () => {
  const states = [state([resource("found", "198.51.100.9", { server: web }, { external: true })])];
  expect(suspectsOf([ipv4(5)], states)).toEqual([]);
  expect(possibleOf([ipv4(5)], states)).toHaveLength(1);
});
