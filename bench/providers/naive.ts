import * as pulumi from "@pulumi/pulumi";
import type { ServerIpAddressArgs } from "pulumi-upcloud-ip";

interface Inputs {
  server: string;
  ptrRecord?: string;
}

/**
 * A dynamic provider as Pulumi's documentation shows it: an object of functions that Pulumi serialises into every resource,
 * with the built-in `fetch`. One request per operation, and one more if a new address gets a PTR record.
 */
const provider: pulumi.dynamic.ResourceProvider = {
  async diff(_id: string, olds: Inputs, news: Inputs) {
    const replaces = olds.server === news.server ? [] : ["server"];
    return { changes: replaces.length > 0 || olds.ptrRecord !== news.ptrRecord, replaces };
  },

  async create(inputs: Inputs) {
    const content = { ip_address: { family: "IPv4", access: "public", server: inputs.server } };
    const { ip_address } = await send("POST", "/ip_address", content);
    if (inputs.ptrRecord) {
      await send("PUT", `/ip_address/${ip_address.address}`, { ip_address: { ptr_record: inputs.ptrRecord } });
    }
    return { id: ip_address.address, outs: { ...inputs, address: ip_address.address } };
  },

  async read(id: string, props: Inputs) {
    const { ip_address } = await send("GET", `/ip_address/${id}`);
    const ptrRecord = props.ptrRecord === undefined ? {} : { ptrRecord: ip_address.ptr_record };
    return { id, props: { ...props, ...ptrRecord, server: ip_address.server } };
  },

  async update(id: string, _olds: Inputs, news: Inputs) {
    const { ip_address } = await send("PUT", `/ip_address/${id}`, { ip_address: { ptr_record: news.ptrRecord } });
    return { outs: { ...news, address: ip_address.address } };
  },

  async delete(id: string) {
    await send("DELETE", `/ip_address/${id}`);
  },
};

export class NaiveAddress extends pulumi.dynamic.Resource {
  constructor(name: string, args: ServerIpAddressArgs) {
    super(provider, name, { address: undefined, ...args });
  }
}

interface Envelope {
  ip_address: { address: string; server: string; ptr_record: string };
}

async function send(method: string, path: string, content?: object): Promise<Envelope> {
  const response = await fetch(`${process.env.UPCLOUD_DEBUG_API_BASE_URL}/1.2${path}`, {
    method,
    headers: {
      authorization: `Bearer ${process.env.UPCLOUD_TOKEN}`,
      "content-type": "application/json",
      connection: "close",
    },
    ...(content && { body: JSON.stringify(content) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? ({} as Envelope) : ((await response.json()) as Envelope);
}
