import * as pulumi from "@pulumi/pulumi";

interface Managed {
  id: pulumi.Output<string>;
  urn: pulumi.Output<string>;
  partOfPlan: pulumi.Output<boolean>;
}

/**
 * The id as an output: in the preview of an update the engine knows the id, but no output that is not also an input.
 *
 * With `--target` the engine skips resources that are not created yet. Every output is absent then, but the SDK makes the id
 * unknown, and an unknown value becomes a placeholder in the stack's outputs. If the create has failed, all outputs are unknown.
 *
 * @param options of the resource. Pulumi has no secret ids, and applies `additionalSecretOutputs` to the state only, where
 * the address is stored as the id
 */
export function addressOutput(resource: Managed, options: pulumi.CustomResourceOptions = {}): pulumi.Output<string> {
  const { id, urn, partOfPlan } = resource;
  // Pulumi unwraps an Output that a callback returns.
  const idIfAny = async () => ((await isKnown(id)) ? id : partOfPlan.apply(() => undefined)) as unknown as string;
  const address = pulumi.runtime.isDryRun() ? id : urn.apply(idIfAny);
  return options.additionalSecretOutputs?.includes("address") ? pulumi.secret(address) : address;
}

/** Not public, but the SDK itself reads it, even on Outputs of another SDK version. */
const isKnown = (output: unknown): Promise<boolean> => (output as { isKnown: Promise<boolean> }).isKnown;
