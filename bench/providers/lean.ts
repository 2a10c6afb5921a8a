import type * as pulumi from "@pulumi/pulumi";
import { Pool } from "undici";
import { serverIpAddress as empty, type Inputs, type State, stateOf } from "./empty";

const pool = new Pool(String(process.env.UPCLOUD_DEBUG_API_BASE_URL), { connections: 16, pipelining: 1 });
const headers = { authorization: `Bearer ${process.env.UPCLOUD_TOKEN}`, "content-type": "application/json" };

/** Exactly one request for each create, update and delete, on a kept-alive connection. */
export const serverIpAddress = {
  ...empty,

  async create(inputs: Inputs) {
    const { server, family, access } = inputs;
    const response = await send("POST", "/ip_address", { ip_address: { server, family, access } });
    const { address, ptr_record } = (response as { ip_address: { address: string; ptr_record: string } }).ip_address;
    return { id: address, outs: stateOf(inputs, ptr_record) };
  },

  async update(id: string, olds: State, news: Inputs) {
    const wanted = news.ptrRecord ?? olds.defaultPtrRecord;
    await send("PUT", `/ip_address/${id}`, { ip_address: { ptr_record: wanted } });
    return { outs: stateOf(news, olds.defaultPtrRecord) };
  },

  async delete(id: string) {
    await send("DELETE", `/ip_address/${id}`);
  },
} satisfies pulumi.dynamic.ResourceProvider;

async function send(method: "POST" | "PUT" | "DELETE", path: string, content?: object): Promise<unknown> {
  const { statusCode, body } = await pool.request({
    method,
    path: `/1.2${path}`,
    headers,
    body: content ? JSON.stringify(content) : null,
  });
  const text = await body.text();
  if (statusCode >= 300) throw new Error(`Expected ${method} ${path} to succeed, got ${statusCode}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
