/* A URN is `urn:pulumi:<stack>::<project>::<types>::<name>`. A name can contain colons. */

export const resourceNameIn = (urn: string): string => urn.split("::").slice(3).join("::");

export const stackNameIn = (urn: string): string => urn.split("::")[0]?.replace("urn:pulumi:", "") ?? "";
