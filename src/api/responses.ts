import { isIP } from "node:net";
import type { Access, IpAddressWire, ServerWire } from "./wire";

/*
 * Readers of UpCloud's responses. Each gives what the wire types promise, or fails with `ShapeError` for JSON that breaks the
 * promise. Fields that UpCloud adds are ignored, since it regards additions as compatible; `null` means absent.
 */

/** JSON that is not as documented. The message names the field, what was expected and what came. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";

  constructor(field: string, expected: string, got: unknown) {
    super(`expected ${field} to be ${expected}, got ${preview(got)}`);
  }
}

/** An address of the list. If it is not as documented, it has only the fields that are. */
export interface ListedAddress extends IpAddressWire {
  /** What is not as documented. A request for this address fails, unless its response is correct. */
  malformed?: string;
}

export function readIpAddress(body: unknown): IpAddressWire {
  const value = field(body, "ip_address");
  const read = readFields(value);
  if (read === undefined) throw new ShapeError("ip_address.address", "an IP address", field(value, "address"));
  const { malformed, ...address } = read;
  if (malformed !== undefined) throw malformed;
  return address;
}

/** An entry without a readable address is ignored: nobody can own it. */
export const readIpAddresses = (body: unknown): ListedAddress[] =>
  readEntries(body, "ip_addresses", "ip_address")
    .map(readFields)
    .filter((read) => read !== undefined)
    .map(({ malformed, ...address }) => (malformed ? { ...address, malformed: malformed.message } : address));

export function readServer(body: unknown): ServerWire {
  const value = field(body, "server");
  const [uuid, state] = [field(value, "uuid"), field(value, "state")];
  if (typeof uuid !== "string") throw new ShapeError("server.uuid", "a string", uuid);
  if (typeof state !== "string") throw new ShapeError("server.state", "a string", state);
  const server: ServerWire = { uuid, state, title: readText(value, "title"), zone: readText(value, "zone") };
  const listed = field(field(value, "ip_addresses"), "ip_address");
  if (Array.isArray(listed)) server.addresses = listed.map((one) => readText(one, "address"));
  return server;
}

/** An entry without a readable UUID is ignored. */
export const readServers = (body: unknown): ServerWire[] =>
  readEntries(body, "servers", "server").flatMap((value) => {
    const uuid = field(value, "uuid");
    const state = readText(value, "state") || "unknown";
    return typeof uuid === "string"
      ? [{ uuid, state, title: readText(value, "title"), zone: readText(value, "zone") }]
      : [];
  });

/** The body of a release, which has none: what comes with one is a response to something else. */
export function readNothing(body: unknown): null {
  if (body === undefined) return null;
  throw new ShapeError("the body", "empty", body);
}

function readFields(value: unknown): (IpAddressWire & { malformed?: ShapeError }) | undefined {
  const address = field(value, "address");
  if (typeof address !== "string" || isIP(address) === 0) return undefined;
  let malformed: ShapeError | undefined;
  const text = (name: string, isExpected = (_: string) => true, expected = "a string") => {
    const given = field(value, name) ?? undefined;
    if (given === undefined || (typeof given === "string" && isExpected(given))) return given;
    malformed ??= new ShapeError(`ip_address.${name}`, expected, given);
    return undefined;
  };
  const family = isIP(address) === 4 ? "IPv4" : "IPv6";
  text("family", (given) => given === family, `"${family}"`);
  const access = text("access");
  if (access === undefined) malformed ??= new ShapeError("ip_address.access", "a string", field(value, "access"));
  const ptr_record = text("ptr_record") ?? "";
  const optional = optionalFields.map((name) => [name, text(name)]).filter(([, given]) => given !== undefined);
  return {
    address,
    family,
    access: (access ?? "public") as Access,
    ptr_record,
    ...Object.fromEntries(optional),
    ...(malformed && { malformed }),
  };
}

const optionalFields = ["server", "part_of_plan", "floating", "mac", "zone", "release_policy"];

function readEntries(body: unknown, list: string, name: string): unknown[] {
  const entries = field(field(body, list), name);
  if (Array.isArray(entries)) return entries;
  throw new ShapeError(`${list}.${name}`, "a list", entries);
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** For fields that are only displayed: an empty text if there is none. */
function readText(value: unknown, key: string): string {
  const text = field(value, key);
  return typeof text === "string" ? text : "";
}

function preview(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
