import * as pulumi from "@pulumi/pulumi";
import type { RecordHints } from "../model/hints";
import { stackHints } from "./stackHints";

/** The hints as inputs. */
type RecordHintInputs = { [hint in keyof RecordHints]: pulumi.Input<RecordHints[hint]> };

/** By its address Output: each `ServerIpAddress` that declares its PTR record itself. */
const withRecord = new WeakMap<object, { name: string; ptrRecord: pulumi.Input<string> }>();

/** Remembers that a `ServerIpAddress` declares the PTR record of these addresses, which are the same one. */
export function rememberRecord(
  addresses: readonly pulumi.Output<string>[],
  name: string,
  ptrRecord: pulumi.Input<string>,
): void {
  for (const address of addresses) withRecord.set(address, { name, ptrRecord });
}

/**
 * What the provider of a PTR record cannot see of the program. In the preview of a first `up` the address of a
 * `ServerIpAddress` has no value: only here is it visible that a `PtrRecord` uses that same Output.
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
