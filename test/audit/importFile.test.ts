import type { IpAddressWire } from "../../src/api/wire";
import { audit } from "../../src/audit/audit";
import { importAdvice, importFileOf } from "../../src/audit/importFile";
import { dynamicProvider } from "../../src/resources/dynamicResource";
import { parseState } from "../../src/state/stackState";
import { pendingCreate, resource, stackExport, urnOf } from "./support/stackFixture";

const server = "0053cd80-5945-4105-9081-11192806a8f7";
const { __provider } = dynamicProvider("serverIpAddress");

function wire(address: string, more: Partial<IpAddressWire> = {}): IpAddressWire {
  const ptr_record = `${address.replaceAll(".", "-")}.de-fra1.upcloud.host`;
  return {
    address,
    family: "IPv4",
    access: "public",
    server,
    ptr_record,
    part_of_plan: "no",
    ...more,
  } as IpAddressWire;
}

/** What is written for these addresses, with a stack that has `first`. */
function importFor(account: IpAddressWire[], pending: object[]) {
  const first = wire("198.51.100.1");
  const text = JSON.stringify(stackExport([resource("first", first.address, { server })], pending));
  const states = [parseState(text, "The state")];
  const all = [first, ...account];
  return importFileOf(audit(all, states, []), all, states);
}

test("an address is imported as the create that it matches would have saved it", () => {
  const six = { family: "IPv6", ptr_record: "mx2.example.com", zone: "de-fra1", mac: "aa" } as const;
  const file = importFor(
    [wire("198.51.100.2"), wire("2001:db8::2", six)],
    [pendingCreate("mail", { server }), pendingCreate("six", { server, family: "IPv6", ptrRecord: "mx2.example.com" })],
  );
  const type = "pulumi-nodejs:dynamic/upcloud:ServerIpAddress";
  const four = { server, family: "IPv4", access: "public", __provider };
  const sixth = { server, family: "IPv6", access: "public", ptrRecord: "mx2.example.com", __provider };
  const ptrRecord = "198-51-100-2.de-fra1.upcloud.host";
  expect(file.resources).toEqual([
    {
      type,
      name: "mail",
      id: "198.51.100.2",
      inputs: four,
      outputs: { ...four, ptrRecord, defaultPtrRecord: ptrRecord, partOfPlan: false },
    },
    {
      type,
      name: "six",
      id: "2001:db8::2",
      inputs: sixth,
      outputs: {
        ...sixth,
        managesPtrRecord: true,
        defaultPtrRecord: "0000-0000-0000-0002.v6.de-fra1.upcloud.host",
        partOfPlan: false,
        zone: "de-fra1",
        mac: "aa",
      },
    },
  ]);
});

describe("the name comes from the address if", () => {
  const nameFor = (pending: object[]) => importFor([wire("198.51.100.2")], pending).resources[0]?.name;

  test.each<[string, object[]]>([
    ["no create is known", []],
    ["the resource has another address by now", [pendingCreate("first", { server })]],
    ["the resource is a component's child", [childOf("Web$", pendingCreate("mail", { server }))]],
  ])("%s", (_, pending) => {
    expect(nameFor(pending)).toBe("ip-198-51-100-2");
  });

  test("an address with the name was written already", () => {
    const pending = [pendingCreate("mail", { server }), pendingCreate("mail", { server })];
    const { resources } = importFor([wire("198.51.100.2"), wire("198.51.100.3")], pending);
    expect(resources.map(({ name }) => name)).toEqual(["mail", "ip-198-51-100-3"]);
  });

  function childOf(component: string, pending: ReturnType<typeof pendingCreate>): object {
    const urn = urnOf("mail").replace("::pulumi-nodejs", `::${component}pulumi-nodejs`);
    return { ...pending, resource: { ...pending.resource, urn } };
  }
});

test("an address that is only possibly lost is left out", () => {
  const elsewhere = { server: "009d64ef-31d1-4684-a26b-c86c955cbf46" };
  expect(importFor([wire("198.51.100.2", elsewhere)], []).resources).toEqual([]);
});

test("the advice has each declaration without defaults, and the command", () => {
  const file = importFor(
    [wire("198.51.100.2"), wire("2001:db8::2", { family: "IPv6", ptr_record: "m.example" })],
    [pendingCreate("mail", { server }), pendingCreate("six", { server, family: "IPv6", ptrRecord: "m.example" })],
  );
  const advice = importAdvice("lost.json", file);
  expect(advice).toContain(`\n  new ServerIpAddress("mail", { server: "${server}" }, { protect: true });\n`);
  expect(advice).toContain(
    `\n  new ServerIpAddress("six", { server: "${server}", family: "IPv6", ptrRecord: "m.example" }, { protect: true });\n`,
  );
  expect(advice).toContain("`pulumi import --file lost.json --generate-code=false`");
});
