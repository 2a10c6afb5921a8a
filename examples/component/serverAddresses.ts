import * as pulumi from "@pulumi/pulumi";
import { type Family, ServerIpAddress } from "pulumi-upcloud-ip";

export interface ServerAddressesArgs {
  /** The UUID of the server. */
  server: pulumi.Input<string>;
  /** The PTR record of all its addresses. */
  hostname: pulumi.Input<string>;
  /** One address of each; default: both. Plain values, not inputs: the preview has to know which resources there are. */
  families?: readonly Family[];
}

/** The extra addresses of one server, all with its name as PTR record. */
export class ServerAddresses extends pulumi.ComponentResource {
  readonly addresses: pulumi.Output<string[]>;

  constructor(name: string, args: ServerAddressesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("example:index:ServerAddresses", name, {}, opts);
    const { server, hostname, families = ["IPv4", "IPv6"] } = args;
    const resources = families.map(
      (family) =>
        new ServerIpAddress(
          `${name}-${family.toLowerCase()}`,
          { server, family, ptrRecord: hostname },
          { parent: this },
        ),
    );
    this.addresses = pulumi.all(resources.map(({ address }) => address));
    this.registerOutputs({ addresses: this.addresses });
  }
}
