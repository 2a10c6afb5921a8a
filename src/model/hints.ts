/* What a declaration tells check about its program, because the engine does not. */

/** What every declaration tells about the operation and its stack. */
export interface StackHints {
  /** The operation is a preview. */
  preview: boolean;
  /** As the Pulumi CLI names it: `organization/project/stack`. Absent if unknown. */
  stack?: string | undefined;
  /** The folder of Pulumi.yaml, if the program runs in another one. */
  projectFolder?: string | undefined;
  /** Keys of the stack's configuration in our namespace that nobody reads. Absent if there are none. */
  unknownKeys?: string[] | undefined;
}

/** What a `ServerIpAddress` tells, as JSON. Nothing arrives while the server is unknown. */
export interface ProgramHints extends StackHints {
  /** How many addresses the program declares on the same server, this one included. */
  onServer: number;
  /** How many of them have another provider, and so another process. Absent if none has. */
  withOtherProviders?: number;
  urn: string;
}

/** What a `PtrRecord` tells. */
export interface RecordHints extends StackHints {
  /** The resource's name, for messages. */
  name: string;
  /** Distinguishes the declarations of a program, even if it has two copies of this package. */
  urn: string;
  /** The name of the `ServerIpAddress` with this address, if it declares the PTR record too. */
  sharedWith?: string | undefined;
}
