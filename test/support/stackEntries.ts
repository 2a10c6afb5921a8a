/** A resource of a program. */
export interface Declared {
  name: string;
  /** The name that it had in the program before. */
  alias?: string;
  args: { server: string; [property: string]: unknown };
  /** It belongs to an explicit provider, whose lifecycle runs in a process of its own. */
  isExplicit?: boolean;
  deleteBeforeReplace?: boolean;
  /** It is created after all others, and its create fails. */
  isDoomed?: boolean;
}

/** A resource in the state. */
export interface Entry {
  urn: string;
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  isExplicit: boolean;
  /** When it was created, in ISO 8601. */
  created?: string | undefined;
  /** Partly created: the next `up` runs update. */
  hasInitErrors: boolean;
  /** Replaced, and to be deleted at the end of an `up`. */
  pendingDelete: boolean;
  /** Deleted first, and to be created next. */
  pendingReplacement: boolean;
}

/** What is in a stack's state now. */
export interface Stack {
  readonly name: string;
  readonly entries: readonly Entry[];
}

export interface Outcome {
  ok: boolean;
  failures: string[];
}

export const urnOf = (stack: string, name: string) =>
  `urn:pulumi:${stack}::addresses::pulumi-nodejs:dynamic/upcloud:ServerIpAddress::${name}`;

export const nameOf = ({ urn }: { urn: string }): string => urn.split("::").at(-1) ?? "";

/** The entry that a resource goes on with. */
export function entryOf({ entries }: Stack, { name, alias }: Declared): Entry | undefined {
  const live = (of: string) => entries.find((entry) => nameOf(entry) === of && !entry.pendingDelete);
  return live(name) ?? (alias === undefined ? undefined : live(alias));
}

/** Whether a later `up` has something to do with it, whatever is declared. */
export const isPending = ({ pendingDelete, pendingReplacement, hasInitErrors }: Entry) =>
  pendingDelete || pendingReplacement || hasInitErrors;
