import * as pulumi from "@pulumi/pulumi";

/** Pulumi imports by a read without properties, which for a resource of this kind would have to name its life cycle. */
export function refuseImport(name: string, options: pulumi.CustomResourceOptions | undefined, advice: string): void {
  if (options?.import === undefined) return;
  throw new pulumi.RunError(
    `The resource "${name}" sets the option import ("${options.import}"), which resources of this type do not support: remove the option, and ${advice}.`,
  );
}
