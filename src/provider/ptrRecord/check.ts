import { ipAddress, ptrRecord, timeouts, waitForForwardRecord } from "../../model/inputRules";
import type { PtrRecordInputs } from "../../model/inputs";
import { type Checked, checkEach, type Rule } from "../../model/rules";

/** Pure, never throws: what a `PtrRecord` may be given, as far as that can be told without asking UpCloud. */
export function checkPtrRecord(news: Record<string, unknown>): Checked {
  const { inputs, failures } = checkEach(rules, news);
  for (const [property, { expected, advice }] of Object.entries(required)) {
    if (inputs[property] === undefined) {
      failures.push({ property, reason: `expected ${expected}, got nothing: ${advice}` });
    }
  }
  return { inputs, failures };
}

const required = {
  address: { expected: "a public IP address of the account, such as 198.51.100.7", advice: "give the address" },
  ptrRecord: { expected: "a fully qualified domain name such as mail.example.com", advice: "give the name" },
};

const rules: { [property in keyof Required<PtrRecordInputs>]: Rule } = {
  address: ipAddress(required.address.expected),
  ptrRecord: ptrRecord("take the resource out to have the record before it back"),
  waitForForwardRecord,
  timeouts,
};
