import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { PtrRecord, ServerIpAddress } from "pulumi-upcloud-ip";

/** From here on, a resource of the stack whose PTR record is not in the domain ends the program, with nothing changed. */
export function requirePtrDomain(domain: string): void {
  pulumi.runtime.registerStackTransformation(({ resource, name, props, opts }) => {
    if (!ServerIpAddress.isInstance(resource) && !PtrRecord.isInstance(resource)) return undefined;
    if (props.ptrRecord === undefined) return undefined;
    // It may come from another resource, and is then checked as soon as it is known.
    const ptrRecord = pulumi.output(props.ptrRecord).apply((record: string) => {
      if (isInDomain(record, domain)) return record;
      throw new PolicyViolation(
        `Resource "${name}": expected a ptrRecord in ${domain}, such as "mail.${domain}", got "${record}": name it so.`,
      );
    });
    return { props: { ...props, ptrRecord }, opts };
  });
}

function isInDomain(record: string, domain: string): boolean {
  const name = record.toLowerCase().replace(/\.$/, "");
  return `.${name}`.endsWith(`.${domain.toLowerCase()}`);
}

/** A RunError is shown as its message, without a stack. */
class PolicyViolation extends pulumi.RunError {
  // Pulumi inspects an error of an Output, and through it the whole program: most of a minute, for nothing.
  [inspect.custom](): string {
    return this.message;
  }
}
