import * as pulumi from "@pulumi/pulumi";
import type { RecordHints } from "../model/hints";
import { stackHints } from "./stackHints";

/** As a program gives them. */
type RecordHintInputs = { [hint in keyof RecordHints]: pulumi.Input<RecordHints[hint]> };

/** By the Output that is its address: a `ServerIpAddress` that declares its PTR record itself. */
const withRecord = new WeakMap<object, { name: string; ptrRecord: pulumi.Input<string> }>();

/** Remembers that the PTR record of this address is declared with the address. */
export function declaresRecord(
  addresses: readonly pulumi.Output<string>[],
  name: string,
  ptrRecord: pulumi.Input<string>,
): void {
  for (const address of addresses) withRecord.set(address, { name, ptrRecord });
}

/**
 * Tells of the program what the life cycle of a PTR record cannot see. In the preview of a first `up` the address of a
 * `ServerIpAddress` has no value; that it is handed on as it is can be seen here alone.
 */
export function recordHints(
  name: string,
  urn: pulumi.Input<string>,
  address: pulumi.Input<string>,
): pulumi.Input<RecordHintInputs> {
  const own = pulumi.Output.isInstance(address) ? withRecord.get(address) : undefined;
  const hints = { name, urn, ...stackHints() };
  if (own === undefined) return hints;
  const declared: pulumi.Output<string | undefined> = pulumi.output(own.ptrRecord);
  return { ...hints, sharedWith: declared.apply((ptrRecord) => (ptrRecord === undefined ? undefined : own.name)) };
}
