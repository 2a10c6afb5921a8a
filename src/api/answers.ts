import { isIP } from "node:net";
import { type IpAddressWire, type ServerState, type ServerWire, serverStates } from "./wire";

/*
 * Readers of UpCloud's answers. Each gives what the wire types promise, or `undefined` for JSON that breaks the promise.
 * Fields that UpCloud adds are passed over, since it counts additions as compatible.
 */

export const ipAddressIn = (body: unknown): IpAddressWire | undefined => ipAddress(field(body, "ip_address"));

export const ipAddressesIn = (body: unknown): IpAddressWire[] | undefined =>
  all(field(field(body, "ip_addresses"), "ip_address"), ipAddress);

export const serverIn = (body: unknown): ServerWire | undefined => server(field(body, "server"));

export const serversIn = (body: unknown): ServerWire[] | undefined =>
  all(field(field(body, "servers"), "server"), server);

function ipAddress(value: unknown): IpAddressWire | undefined {
  const { access, address, family, ptr_record, ...rest } = (value ?? {}) as Record<string, unknown>;
  const optional = ["server", "part_of_plan", "floating", "mac", "zone"].every((key) => isStringOrAbsent(rest[key]));
  const whole =
    typeof access === "string" &&
    typeof address === "string" &&
    isIP(address) !== 0 &&
    family === (isIP(address) === 4 ? "IPv4" : "IPv6") &&
    typeof ptr_record === "string" &&
    optional;
  return whole ? (value as IpAddressWire) : undefined;
}

function server(value: unknown): ServerWire | undefined {
  const { uuid, title, state, zone } = (value ?? {}) as Record<string, unknown>;
  const whole =
    typeof uuid === "string" &&
    typeof title === "string" &&
    typeof zone === "string" &&
    serverStates.includes(state as ServerState);
  return whole ? (value as ServerWire) : undefined;
}

function all<T>(values: unknown, read: (value: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(values)) return undefined;
  const results = values.map(read);
  return results.includes(undefined) ? undefined : (results as T[]);
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

const isStringOrAbsent = (value: unknown) => value === undefined || typeof value === "string";
