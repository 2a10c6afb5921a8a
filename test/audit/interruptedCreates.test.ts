import type { IpAddressWire } from "../../src/api/wire";
import { audit } from "../../src/audit/audit";
import type { JournalHint } from "../../src/audit/journalHints";
import { parseState } from "../../src/state/stackState";
import { mail, web } from "../support/demoServers";
import { ipv4, ipv6, managed, otherReasons, state, suspectsOf } from "./support/accountFixture";
import { ciphertext, pendingCreate, resource, urnOf } from "./support/stackFixture";

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
