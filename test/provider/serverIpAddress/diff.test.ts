import type { ServerIpAddressInputs } from "../../../src/model/inputs";
import { diffServerIpAddress } from "../../../src/provider/serverIpAddress/diff";
import type { ServerIpAddressState } from "../../../src/provider/serverIpAddress/state";
import { mail, web } from "../../support/demoServers";

const id = "2001:db8:0:1:0030:abff:fe0c:04dd";
const inputs: ServerIpAddressInputs = { server: web, family: "IPv6", access: "private" };
const olds: ServerIpAddressState = { ...inputs, ptrRecord: "a.upcloud.host", partOfPlan: false };

const same = { changes: false };
const inPlace = { changes: true };
const replaced = (...replaces: string[]) => ({ changes: true, replaces });

type Row = [string, Partial<ServerIpAddressState>, Partial<ServerIpAddressInputs>, object];

test.each<Row>([
  ["nothing", {}, {}, same],
  ["the word for the internal network", {}, { access: "utility" }, same],
  ["adopt, to the address in another spelling", {}, { adopt: "2001:db8:0:1:30:abff:fe0c:4dd" }, same],
  [
    "a PTR record that is served already, in other letters",
    declared("A.example.com"),
    { ptrRecord: "a.example.com." },
    same,
  ],
  ["UpCloud's default record, where none is declared", { ptrRecord: "other.upcloud.host" }, {}, same],
  ["what UpCloud returns", { partOfPlan: true, mac: "00", zone: "fi-hel2" }, {}, same],

  ["the PTR record", declared("a.example.com"), { ptrRecord: "b.example.com" }, inPlace],
  ["the PTR record, to the one that UpCloud has set", {}, { ptrRecord: "a.upcloud.host" }, inPlace],
  ["the PTR record, to none", declared("a.example.com"), {}, inPlace],
  ["powerCycle", {}, { powerCycle: true }, inPlace],
  [
    "powerCycle, in one of its properties",
    { powerCycle: { stopType: "soft" } },
    { powerCycle: { stopType: "hard" } },
    inPlace,
  ],
  ["timeouts", { timeouts: { create: "1m" } }, {}, inPlace],
  ["nothing, where the server was left stopped", { leftStopped: true }, {}, inPlace],

  ["the server", {}, { server: mail }, replaced("server")],
  ["the family", {}, { family: "IPv4" }, replaced("family")],
  ["the network", {}, { access: "public" }, replaced("access")],
  ["adopt, to another address", {}, { adopt: "2001:db8::1" }, replaced("adopt")],
  [
    "everything",
    {},
    { server: mail, family: "IPv4", access: "public", adopt: "198.51.100.7" },
    replaced("server", "family", "access", "adopt"),
  ],
  ["the server, and the PTR record", declared("a.example.com"), { server: mail }, replaced("server")],
])("a change of %s changes nothing, changes in place or replaces, as listed", (_, state, news, expected) => {
  expect(diffServerIpAddress(id, { ...olds, ...state }, { ...inputs, ...news })).toEqual(expected);
});

function declared(ptrRecord: string): Partial<ServerIpAddressState> {
  return { ptrRecord, managesPtrRecord: true };
}
