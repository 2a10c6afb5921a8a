import { type ApiVersion, accesses, type Family, families } from "../../api/wire";
import { ApiError, type ErrorCode } from "../model/apiErrors";
import type { Network, ReleasePolicy, RestartRequest, StopRequest } from "../model/entities";
import { isMac, isUuid, isZone } from "../model/identifiers";
import type { Rules } from "../model/rules";
import { internalAccess } from "./internalAccess";

/** A request to assign an address. */
export type AssignRequest =
  | {
      readonly kind: "ordinary";
      readonly family: Family;
      readonly access: Network;
      readonly server: string;
      readonly releasePolicy: ReleasePolicy | undefined;
    }
  | {
      readonly kind: "floating";
      readonly family: Family;
      readonly mac: string | undefined;
      readonly zone: string | undefined;
      readonly releasePolicy: ReleasePolicy | undefined;
    };

/** A request to modify an address. A `mac` of null detaches it. */
export interface ModifyRequest {
  readonly ptrRecord?: string;
  readonly mac?: string | null;
  readonly releasePolicy?: ReleasePolicy;
}

type Attributes = Readonly<Record<string, unknown>>;

export function readAssignRequest(body: string, version: ApiVersion): AssignRequest {
  const added = version === "1.2" ? [] : ["floating", "mac", "zone", "release_policy"];
  const sent = readEnvelope(body, "ip_address", ["access", "family", "server", ...added]);
  const family = readEnum(sent, "family", families, "FAMILY_INVALID") ?? "IPv4";
  const access = readEnum(sent, "access", accesses, "ACCESS_INVALID") ?? "public";
  const releasePolicy = readEnum(sent, "release_policy", ["keep", "release"], "RELEASE_POLICY_INVALID");
  if (readEnum(sent, "floating", ["yes", "no"], "FLOATING_INVALID") === "yes") {
    if (access !== "public") throw new ApiError("ACCESS_INVALID");
    if (sent.server !== undefined) throw new ApiError("UNKNOWN_ATTRIBUTE", { attribute: "server" });
    const zone = readMatching(sent, "zone", isZone, "ZONE_INVALID");
    const mac = readMatching(sent, "mac", isMac, "MAC_INVALID");
    if (zone === undefined && mac === undefined) throw new ApiError("ZONE_MISSING");
    return { kind: "floating", family, mac, zone, releasePolicy };
  }
  const stray = ["mac", "zone"].find((attribute) => sent[attribute] !== undefined);
  if (stray !== undefined) throw new ApiError("UNKNOWN_ATTRIBUTE", { attribute: stray });
  // In 1.3 `private` is an SDN network, whose addresses are not assigned by this request.
  if (access !== "public" && access !== internalAccess(version)) throw new ApiError("ACCESS_INVALID");
  if (access !== "public" && family === "IPv6") throw new ApiError("FAMILY_INVALID");
  if (sent.server === undefined) throw new ApiError("SERVER_MISSING");
  const server = readMatching(sent, "server", isUuid, "SERVER_INVALID") ?? "";
  return { kind: "ordinary", family, access: access === "public" ? "public" : "private", server, releasePolicy };
}

export function readModifyRequest(body: string, version: ApiVersion): ModifyRequest {
  const added = version === "1.2" ? [] : ["mac", "release_policy"];
  const sent = readEnvelope(body, "ip_address", ["ptr_record", ...added]);
  if (sent.ptr_record === undefined && (version === "1.2" || Object.keys(sent).length === 0)) {
    throw new ApiError("PTR_RECORD_MISSING");
  }
  if (sent.ptr_record !== undefined && typeof sent.ptr_record !== "string") throw new ApiError("PTR_RECORD_INVALID");
  const detaches = sent.mac === null || sent.mac === "";
  const mac = detaches ? null : readMatching(sent, "mac", isMac, "MAC_INVALID");
  const releasePolicy = readEnum(sent, "release_policy", ["keep", "release"], "RELEASE_POLICY_INVALID");
  return {
    ...(sent.ptr_record !== undefined && { ptrRecord: sent.ptr_record }),
    ...(mac !== undefined && { mac }),
    ...(releasePolicy !== undefined && { releasePolicy }),
  };
}

/** A request without a body is a soft stop without a timeout. */
export function readStopRequest(body: string, rules: Rules): StopRequest {
  const sent = body === "" ? {} : readEnvelope(body, "stop_server", ["stop_type", "timeout"]);
  return { stopType: readStopType(sent), timeoutMs: readTimeoutMs(sent, rules) };
}

export function readRestartRequest(body: string, rules: Rules): RestartRequest {
  const known = ["stop_type", "timeout", "timeout_action", "host"];
  const sent = body === "" ? {} : readEnvelope(body, "restart_server", known);
  const timeoutAction = readEnum(sent, "timeout_action", ["destroy", "ignore"], "TIMEOUT_ACTION_INVALID") ?? "ignore";
  return { stopType: readStopType(sent), timeoutMs: readTimeoutMs(sent, rules), timeoutAction };
}

export function readStartRequest(body: string): { readonly isAsync: boolean } {
  const sent = body === "" ? {} : readEnvelope(body, "server", ["avoid_host", "host", "start_type"]);
  return { isAsync: readEnum(sent, "start_type", ["sync", "async"], "REQUEST_INVALID") === "async" };
}

/** The attributes in the envelope, which must be the only property of the body. */
function readEnvelope(body: string, envelope: string, known: readonly string[]): Attributes {
  const sent = requireObject(parseJson(body));
  const stray = Object.keys(sent).find((key) => key !== envelope);
  if (stray !== undefined) throw new ApiError("UNKNOWN_ATTRIBUTE", { attribute: stray });
  const inner = requireObject(sent[envelope]);
  const unknown = Object.keys(inner).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new ApiError("UNKNOWN_ATTRIBUTE", { attribute: unknown });
  return inner;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ApiError("REQUEST_INVALID");
  }
}

function requireObject(value: unknown): Attributes {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ApiError("REQUEST_INVALID");
  return value as Attributes;
}

function readEnum<const T extends string>(
  sent: Attributes,
  name: string,
  known: readonly T[],
  code: ErrorCode,
): T | undefined {
  if (sent[name] === undefined) return undefined;
  const found = known.find((value) => value === sent[name]);
  if (found === undefined) throw new ApiError(code);
  return found;
}

function readMatching(
  sent: Attributes,
  name: string,
  test: (text: string) => boolean,
  code: ErrorCode,
): string | undefined {
  const value = sent[name];
  if (value === undefined) return undefined;
  if (typeof value !== "string" || !test(value)) throw new ApiError(code);
  return value.toLowerCase();
}

function readStopType(sent: Attributes): StopRequest["stopType"] {
  return readEnum(sent, "stop_type", ["soft", "hard"], "STOP_TYPE_INVALID") ?? "soft";
}

/** The timeout is in seconds, as a string or a number. */
function readTimeoutMs(sent: Attributes, rules: Rules): number | undefined {
  const { timeout } = sent;
  if (timeout === undefined) return undefined;
  const seconds = typeof timeout === "string" && /^[0-9]{1,6}$/.test(timeout) ? Number(timeout) : timeout;
  const valid = typeof seconds === "number" && Number.isInteger(seconds) && seconds >= 1;
  if (!valid || seconds > rules.stopTimeoutMaxSeconds) throw new ApiError("TIMEOUT_INVALID");
  return seconds * 1000;
}
