import * as pulumi from "@pulumi/pulumi";

interface Managed {
  id: pulumi.Output<string>;
  urn: pulumi.Output<string>;
  partOfPlan: pulumi.Output<boolean>;
}

/**
 * The id as an output: in the preview of an update the engine knows the id, and none of the outputs that are not inputs too.
 *
 * With `--target` the engine skips resources that are not created yet. Every output is absent then, but the SDK makes the id
 * unknown, and an unknown value becomes a placeholder in the outputs of the stack. Where the create has failed, all outputs are unknown.
 *
 * @param options of the resource; Pulumi keeps no id secret, and looks for `additionalSecretOutputs` in the state only, where the
 * address is nothing but the id
 */
export function addressOutput(resource: Managed, options: pulumi.CustomResourceOptions = {}): pulumi.Output<string> {
  const { id, urn, partOfPlan } = resource;
  // Pulumi takes the value out of an Output that a callback returns.
  const idIfAny = async () => ((await isKnown(id)) ? id : partOfPlan.apply(() => undefined)) as unknown as string;
  const address = pulumi.runtime.isDryRun() ? id : urn.apply(idIfAny);
  return options.additionalSecretOutputs?.includes("address") ? pulumi.secret(address) : address;
}

/** What the SDK itself asks of Outputs, also of those that another version of it has made; it has no public name. */
const isKnown = (output: unknown): Promise<boolean> => (output as { isKnown: Promise<boolean> }).isKnown;
