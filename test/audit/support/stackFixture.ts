const type = "pulumi-nodejs:dynamic/upcloud:ServerIpAddress";
export const urnOf = (name: string, stack = "prod") => `urn:pulumi:${stack}::web::${type}::${name}`;
const provider = "exports.handler = …";

export interface Declared {
  server: unknown;
  family?: string;
  access?: string;
  ptrRecord?: string;
  adopt?: string;
}

/** A `ServerIpAddress` as Pulumi's state holds it; `more` are flags of the resource, such as `delete`. */
export function resource(name: string, id: string | undefined, declared: Declared, more: object = {}) {
  const inputs = { family: "IPv4", access: "public", __provider: provider, ...declared };
  return { urn: urnOf(name), custom: true, type, ...(id !== undefined && { id, outputs: inputs }), inputs, ...more };
}

export const pendingCreate = (name: string, declared: Declared) => ({
  type: "creating",
  resource: resource(name, undefined, declared),
});

/** What Pulumi puts in place of a secret. */
export const ciphertext = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "v1:…",
};

export const stackResource = {
  urn: "urn:pulumi:prod::web::pulumi:pulumi:Stack::web-prod",
  type: "pulumi:pulumi:Stack",
};

export const stackExport = (resources: object[], pending_operations: object[] = []) => ({
  version: 3,
  deployment: { manifest: { version: "3.245.0" }, resources: [stackResource, ...resources], pending_operations },
});
