/* URNs are `urn:pulumi:<stack>::<project>::<types>::<name>`; a name may have colons too. */

export const resourceNameIn = (urn: string): string => urn.split("::").slice(3).join("::");

export const stackNameIn = (urn: string): string => urn.split("::")[0]?.replace("urn:pulumi:", "") ?? "";
