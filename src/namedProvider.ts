import type * as pulumi from "@pulumi/pulumi";

/**
 * Has Pulumi store, in place of a serialised provider, a line that loads the life cycle by name.
 *
 * A serialised provider is several kilobytes in every resource, twice, and old code would go on running after an upgrade:
 * read and delete run what the state holds. The line is small, the same for every resource, and always loads the
 * installed version. See decisions/0001-name-the-life-cycle.md.
 *
 * @param exported the export of `pulumi-upcloud-ip/provider` that is the life cycle
 * @param program what check is to know of the program, and takes out again: it is in no state
 */
export function nameProvider(
  opts: pulumi.CustomResourceOptions | undefined,
  type: string,
  exported: string,
  program: pulumi.Input<ProgramHints> | undefined,
): pulumi.CustomResourceOptions {
  const own: pulumi.Inputs = {
    __provider: `exports.handler = () => require("pulumi-upcloud-ip/provider").${exported};`,
    ...(program !== undefined && { __program: program }),
  };
  /** Children inherit the transformation, so it acts on its own type only. */
  const name: pulumi.ResourceTransformation = (resource) =>
    resource.type === type ? { props: { ...resource.props, ...own }, opts: resource.opts } : undefined;
  return { ...opts, transformations: [...(opts?.transformations ?? []), name] };
}

/** What a program tells the life cycle, which the engine does not. */
export interface ProgramHints {
  /** The operation is a preview. */
  preview: boolean;
  /** How many addresses the program declares on the same server, this one included. */
  onServer: number;
}

/** `pulumi.dynamic.Resource` asks for a provider to serialise; what comes of it is never stored. */
export const placeholder: pulumi.dynamic.ResourceProvider = {
  create: () => Promise.reject(new Error("the life cycle was not loaded by its name")),
};
