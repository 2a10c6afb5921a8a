import * as pulumi from "@pulumi/pulumi";

/** Pulumi imports with a read that has no properties, so nothing would name the provider of a dynamic resource. */
export function refuseImport(name: string, options: pulumi.CustomResourceOptions | undefined, advice: string): void {
  if (options?.import === undefined) return;
  throw new pulumi.RunError(
    `The resource "${name}" sets the option import ("${options.import}"), which resources of this type do not support: remove the option, and ${advice}.`,
  );
}
