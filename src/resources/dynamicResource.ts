import type * as pulumi from "@pulumi/pulumi";

/**
 * The properties that make a resource of ours a dynamic one, beside its own.
 *
 * `pulumi.dynamic.Resource` would put a serialised provider into `__provider`: several kilobytes in every resource, twice,
 * and code that goes on running after an upgrade, since read and delete run what the state holds. A line that loads the
 * life cycle by name is small, the same for every resource, and always loads the installed version. See
 * decisions/0001-name-the-life-cycle.md.
 *
 * @param exported the export of `pulumi-upcloud-ip/provider` that is the life cycle
 * @param program what check is to know of the program, and takes out again: it is in no state
 */
export function dynamicProvider(exported: string, program?: pulumi.Input<string | object>): pulumi.Inputs {
  return {
    __provider: `exports.handler = () => require("pulumi-upcloud-ip/provider").${exported};`,
    __program: program,
  };
}
