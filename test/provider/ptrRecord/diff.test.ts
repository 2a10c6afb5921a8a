import type { PtrRecordInputs } from "../../../src/model/inputs";
import { diffPtrRecord } from "../../../src/provider/ptrRecord/diff";
import type { PtrRecordState } from "../../../src/provider/ptrRecord/state";

const id = "2001:db8:0:1:0030:abff:fe0c:04dd";
const inputs: PtrRecordInputs = { address: "2001:db8:0:1:30:abff:fe0c:4dd", ptrRecord: "a.example.com" };
const olds: PtrRecordState = { ...inputs, previousPtrRecord: "a.upcloud.host" };

const same = { changes: false };
const inPlace = { changes: true };

test.each<[string, Partial<PtrRecordState>, Partial<PtrRecordInputs>, object]>([
  ["nothing", {}, {}, same],
  ["the address, to another spelling", {}, { address: id }, same],
  ["the PTR record, to the same one in other letters", {}, { ptrRecord: "A.example.com." }, same],
  ["the previous record", { previousPtrRecord: "b.example.com" }, {}, same],

  ["the PTR record", {}, { ptrRecord: "b.example.com" }, inPlace],
  ["nothing, where the served record may not be the resource's own", { written: ["a.example.com"] }, {}, inPlace],
  ["waitForForwardRecord", {}, { waitForForwardRecord: true }, inPlace],
  ["timeouts", { timeouts: { update: "1m" } }, {}, inPlace],

  ["the address", {}, { address: "198.51.100.7" }, { changes: true, replaces: ["address"] }],
])("a change of %s changes nothing, changes in place or replaces, as listed", (_, state, news, expected) => {
  expect(diffPtrRecord(id, { ...olds, ...state }, { ...inputs, ...news })).toEqual(expected);
});
