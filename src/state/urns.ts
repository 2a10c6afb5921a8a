/* URNs are `urn:pulumi:<stack>::<project>::<types>::<name>`; a name may have colons too. */

export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

export const stackOf = (urn: string): string => urn.split("::")[0]?.replace("urn:pulumi:", "") ?? "";
