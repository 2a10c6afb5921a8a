import * as pulumi from "@pulumi/pulumi";
import type { ServerIpAddressArgs } from "pulumi-upcloud-ip";

/**
 * Registered like a resource of this package: the same type token, the same properties, and a constant line that names
 * the lifecycle. No lifecycle can take less time than this.
 */
class Floor extends pulumi.CustomResource {
  constructor(lifeCycle: string, name: string, args: ServerIpAddressArgs) {
    const outputs = { ptrRecord: undefined, defaultPtrRecord: undefined, partOfPlan: undefined };
    const __provider = `exports.handler = () => require("bench-providers/${lifeCycle}").serverIpAddress;`;
    const defaults = { family: undefined, access: undefined, mac: undefined, zone: undefined };
    super(
      "pulumi-nodejs:dynamic/upcloud:ServerIpAddress",
      name,
      { ...outputs, ...defaults, ...args, __provider },
      undefined,
    );
  }
}

/** Sends no requests. */
export class EmptyAddress extends Floor {
  constructor(name: string, args: ServerIpAddressArgs) {
    super("empty", name, args);
  }
}

/** Sends exactly one request per create, update and delete. */
export class LeanAddress extends Floor {
  constructor(name: string, args: ServerIpAddressArgs) {
    super("lean", name, args);
  }
}
