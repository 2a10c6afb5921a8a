import type { IpAddressWire } from "../../src/api/wire";
import { audit } from "../../src/audit/audit";
import { mail, web } from "../support/demoServers";
import { ipv4, ipv6, managed, otherReasons, state, suspectsOf, usesWeb } from "./support/accountFixture";
import { pendingCreate, resource, urnOf } from "./support/stackFixture";

/** Address and reason of each that is not a suspect, but may be lost. */
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
