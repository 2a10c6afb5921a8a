import { ipAddress, ptrRecord, timeouts, waitForForwardRecord } from "../../model/inputRules";
import type { PtrRecordInputs } from "../../model/inputs";
import { type Checked, checkEach, type Rules, type WhenAbsent } from "../../model/rules";

/** Validates the inputs of a `PtrRecord` without UpCloud. Pure, never throws. */
export function checkPtrRecord(news: Record<string, unknown>): Checked<PtrRecordInputs> {
  return checkEach(rules, news, required);
}

const required = {
  address: { expected: "a public IP address of the account, such as 198.51.100.7", advice: "set `address`" },
  ptrRecord: { expected: "a fully qualified domain name such as mail.example.com", advice: "set `ptrRecord`" },
} satisfies WhenAbsent<PtrRecordInputs>;

const rules: Rules<PtrRecordInputs> = {
  address: ipAddress(required.address.expected),
  ptrRecord: ptrRecord("remove the resource to restore the previous record"),
  waitForForwardRecord,
  timeouts,
};
