import * as pulumi from "@pulumi/pulumi";
import { type Family, ServerIpAddress } from "pulumi-upcloud-ip";

export interface ServerAddressesArgs {
  /** The UUID of the server. */
  server: pulumi.Input<string>;
  /** The PTR record of all its addresses. */
  hostname: pulumi.Input<string>;
  /** One address of each; default both. Plain, not inputs: which resources there are has to be known in the preview. */
  families?: readonly Family[];
}

/** The extra addresses of one server, which all lead back to its name. */
export class ServerAddresses extends pulumi.ComponentResource {
  readonly addresses: pulumi.Output<string[]>;

  constructor(name: string, args: ServerAddressesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("example:index:ServerAddresses", name, {}, opts);
    const { server, hostname, families = ["IPv4", "IPv6"] } = args;
    const made = families.map(
      (family) =>
        new ServerIpAddress(
          `${name}-${family.toLowerCase()}`,
          { server, family, ptrRecord: hostname },
          { parent: this },
        ),
    );
    this.addresses = pulumi.all(made.map(({ address }) => address));
    this.registerOutputs({ addresses: this.addresses });
  }
}
