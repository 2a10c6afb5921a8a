import type * as pulumi from "@pulumi/pulumi";

/** What a program tells the life cycle of an address, which the engine does not: in JSON. */
export interface ProgramHints {
  /** The operation is a preview. */
  preview: boolean;
  /** How many addresses the program declares on the same server, this one included. */
  onServer: number;
  /** How many of them have another provider, and so another process, where some have. */
  withOtherProviders?: number;
  urn: string;
  /** As the Pulumi CLI names it: `organization/project/stack`. */
  stack: string | undefined;
  /** The folder of Pulumi.yaml, where that is not the program's. */
  projectFolder: string | undefined;
}

/** What a program tells the life cycle of a PTR record. */
export interface RecordHints {
  name: string;
  /** Distinguishes the declarations of a program, also where it has two copies of this package. */
  urn: pulumi.Input<string>;
  /** As the Pulumi CLI names it: `organization/project/stack`. */
  stack: string | undefined;
  /** The folder of Pulumi.yaml, where that is not the program's. */
  projectFolder: string | undefined;
  /** The name of the `ServerIpAddress` whose `address` is given and that has a `ptrRecord`. */
  sharedWith?: pulumi.Input<string | undefined>;
}

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
export function lifeCycle(exported: string, program?: pulumi.Input<string | RecordHints>): pulumi.Inputs {
  return {
    __provider: `exports.handler = () => require("pulumi-upcloud-ip/provider").${exported};`,
    __program: program,
  };
}
