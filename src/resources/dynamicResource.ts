import type * as pulumi from "@pulumi/pulumi";

/**
 * The additional properties that make a resource a dynamic one.
 *
 * `pulumi.dynamic.Resource` would store a serialized provider in `__provider`: several kilobytes twice in every resource, and
 * code that still runs after an upgrade, since read and delete run what the state holds. A line that loads the provider by
 * name is small, the same for every resource, and always loads the installed version. See
 * decisions/0001-name-the-life-cycle.md.
 *
 * @param exported the export of `pulumi-upcloud-ip/provider` that implements the lifecycle
 * @param program hints for check, which removes them: no state contains them
 */
export function dynamicProvider(exported: string, program?: pulumi.Input<string | object>): pulumi.Inputs {
  return {
    __provider: `exports.handler = () => require("pulumi-upcloud-ip/provider").${exported};`,
    __program: program,
  };
}
