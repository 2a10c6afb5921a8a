import type * as pulumi from "@pulumi/pulumi";
import { type GetIpAddressResult, getIpAddress, getIpAddresses, getIpAddressOutput } from "../../src";
import type { Address } from "../../src/simulator";
import { mail, web } from "../support/demoServers";
import { endRig, LookUpRig, valueIn } from "./support/lookUpRig";

afterEach(endRig);

const withPaddedGroups = (address: string) =>
  address
    .split(":")
    .map((group) => group.padStart(4, "0"))
    .join(":");

describe("an address", () => {
  test.each([
    ["1.2", { access: "public", floating: false, partOfPlan: true }],
    ["1.3", { access: "public", floating: false, partOfPlan: true, zone: "fi-hel1", mac: expect.any(String) }],
  ])("has all properties of API %s, and none that does not apply", async (version, more) => {
    const rig = await LookUpRig.start({}, { "upcloud:apiVersion": version });
    const address = rig.planAddress();
    const ptrRecord = `${address.replaceAll(".", "-")}.fi-hel1.upcloud.host`;
    const found = await getIpAddress({ address });
    expect(found).toEqual({ address, family: "IPv4", server: mail, ptrRecord, defaultPtrRecord: ptrRecord, ...more });
  });

  test("of IPv6 is found by every spelling", async () => {
    const address = "2001:db8:1:0:30:abff:fe0c:04dd";
    const server = { uuid: web, title: "web", ipAddresses: [{ family: "IPv6" as const, address }] };
    const rig = await LookUpRig.start({ seed: { servers: [server] } });
    const [served] = rig.account.listIpAddresses();
    const spellings = [
      "2001:db8:1::30:abff:fe0c:4dd",
      withPaddedGroups(address),
      address.toUpperCase(),
      served?.address as string,
    ];
    const found = await Promise.all(spellings.map((spelling) => getIpAddress({ address: spelling })));
    expect(found.map((one) => one.address)).toEqual(spellings.map(() => served?.address));
    expect(rig.requests()).toEqual(["GET /1.2/ip_address"]);
  });

  test("that is floating and not attached has no server", async () => {
    const floating = {
      family: "IPv4" as const,
      zone: "fi-hel1",
      address: "192.0.2.77",
      ptrRecord: "float.example.com",
    };
    const seed = { servers: [{ uuid: mail, title: "mail" }], floatingIpAddresses: [floating] };
    await LookUpRig.start({ seed }, { "upcloud:apiVersion": "1.3" });
    expect(await getIpAddress({ address: floating.address })).toEqual({
      ...floating,
      access: "public",
      floating: true,
      partOfPlan: false,
      defaultPtrRecord: "192-0-2-77.fi-hel1.upcloud.host",
    });
  });

  test("with its own record has no default name with API 1.2", async () => {
    const rig = await LookUpRig.start();
    rig.account.modifyIpAddress(rig.planAddress(), { ptrRecord: "mail.example.com" });
    expect(await getIpAddress({ address: rig.planAddress() })).not.toHaveProperty("defaultPtrRecord");
  });
});

describe("the matching addresses", () => {
  const found = async (filter?: object) => (await getIpAddresses(filter as never)).map(({ address }) => address);
  const all = (rig: LookUpRig, fits: (one: Address) => boolean) =>
    rig.account
      .listIpAddresses()
      .filter(fits)
      .map(({ address }) => address);

  test("are all addresses of the account without a filter", async () => {
    const rig = await LookUpRig.start();
    expect((await found()).sort()).toEqual(all(rig, () => true).sort());
    expect(await found({ server: undefined, family: null })).toHaveLength(5);
  });

  test("are filtered by server, family, record, or all of them", async () => {
    const rig = await LookUpRig.start();
    rig.account.modifyIpAddress(rig.planAddress(), { ptrRecord: "mail.example.com" });
    expect(await found({ server: mail.toUpperCase() })).toEqual(all(rig, ({ server }) => server === mail));
    expect(await found({ family: "IPv6" })).toEqual(all(rig, ({ family }) => family === "IPv6"));
    expect(await found({ ptrRecord: "MAIL.example.com." })).toEqual([rig.planAddress()]);
    expect(await found({ server: mail, family: "IPv4", access: "public", ptrRecord: "mail.example.com" })).toEqual([
      rig.planAddress(),
    ]);
    expect(await found({ server: web, ptrRecord: "mail.example.com" })).toEqual([]);
  });

  test.each(["1.2", "1.3"])("are those of the internal network for both of its names, with API %s", async (version) => {
    const rig = await LookUpRig.start({}, { "upcloud:apiVersion": version });
    const inner = all(rig, ({ access }) => access === "private");
    expect([await found({ access: "private" }), await found({ access: "utility" })]).toEqual([inner, inner]);
    const [one] = await getIpAddresses({ access: "private" });
    expect(one?.access).toBe(version === "1.2" ? "private" : "utility");
  });
});

test("results are plain data of the declared types", async () => {
  const rig = await LookUpRig.start();
  const { address } = await getIpAddress({ address: rig.planAddress() });
  const output: pulumi.Output<GetIpAddressResult> = getIpAddressOutput({ address });
  expect(await valueIn(output)).toEqual(JSON.parse(JSON.stringify(await getIpAddress({ address }))));
});
