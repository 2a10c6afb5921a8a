/* What a declaration tells check of its program, which the engine does not. */

/** What every declaration tells of the operation and its stack. */
export interface StackHints {
  /** The operation is a preview. */
  preview: boolean;
  /** As the Pulumi CLI names it: `organization/project/stack`. Absent where that is unknown. */
  stack?: string | undefined;
  /** The folder of Pulumi.yaml, where that is not the program's. */
  projectFolder?: string | undefined;
}

/** What the declaration of a `ServerIpAddress` tells, as JSON. Nothing arrives while the server is unknown. */
export interface ProgramHints extends StackHints {
  /** How many addresses the program declares on the same server, this one included. */
  onServer: number;
  /** How many of them have another provider, and so another process, where some have. */
  withOtherProviders?: number;
  urn: string;
}

/** What the declaration of a `PtrRecord` tells. */
export interface RecordHints extends StackHints {
  /** The resource's name, for messages. */
  name: string;
  /** Distinguishes the declarations of a program, also where it has two copies of this package. */
  urn: string;
  /** The name of the `ServerIpAddress` whose address this is, where that declares the PTR record too. */
  sharedWith?: string | undefined;
}
