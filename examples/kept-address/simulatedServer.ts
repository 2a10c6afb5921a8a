import * as pulumi from "@pulumi/pulumi";

/** A server that the simulator has. The simulator does not create servers, so this takes the place of `upcloud.Server`. */
export class SimulatedServer extends pulumi.dynamic.Resource {
  constructor(name: string, args: { simulator: string; uuid: string }, opts?: pulumi.CustomResourceOptions) {
    super(lifecycle, name, args, opts);
  }
}

const lifecycle: pulumi.dynamic.ResourceProvider = {
  create: async (inputs) => ({ id: inputs.uuid, outs: inputs }),
  // With the simulator's token: no account knows it.
  delete: async (uuid, { simulator }) => {
    const request = { method: "DELETE", headers: { Authorization: "Bearer ucat_demo" } };
    const { ok, status } = await fetch(`${simulator}/1.3/server/${uuid}`, request);
    if (!ok) throw new Error(`The simulator did not delete server ${uuid}: HTTP status ${status}.`);
  },
};
