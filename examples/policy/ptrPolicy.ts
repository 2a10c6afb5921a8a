import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { PtrRecord, ServerIpAddress } from "pulumi-upcloud-ip";

/** Makes every later resource whose PTR record is not in the domain end the program, before anything changes. */
export function requirePtrDomain(domain: string): void {
  pulumi.runtime.registerStackTransformation(({ resource, name, props, opts }) => {
    if (!ServerIpAddress.isInstance(resource) && !PtrRecord.isInstance(resource)) return undefined;
    if (props.ptrRecord === undefined) return undefined;
    // The record may come from another resource: then this checks it as soon as it is known.
    const ptrRecord = pulumi.output(props.ptrRecord).apply((record: string) => {
      if (isInDomain(record, domain)) return record;
      throw new PolicyViolation(
        `Resource "${name}": expected a ptrRecord in ${domain}, such as "mail.${domain}", got "${record}": rename it.`,
      );
    });
    return { props: { ...props, ptrRecord }, opts };
  });
}

function isInDomain(record: string, domain: string): boolean {
  const name = record.toLowerCase().replace(/\.$/, "");
  return `.${name}`.endsWith(`.${domain.toLowerCase()}`);
}

/** Pulumi shows the message of a RunError without a stack trace. */
class PolicyViolation extends pulumi.RunError {
  // Pulumi inspects the error of an Output, and through it the whole program, which takes most of a minute.
  [inspect.custom](): string {
    return this.message;
  }
}
