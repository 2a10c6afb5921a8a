import type { Fault } from "pulumi-upcloud-ip/simulator";

/** `restore` takes the PTR record out of the program; `replace` asks for another family. */
export const operations = ["create", "update", "restore", "replace", "refresh", "delete"] as const;
export type Operation = (typeof operations)[number];

export const requests = {
  list: "GET /ip_address",
  get: "GET /ip_address/ADDRESS",
  assign: "POST /ip_address",
  modify: "PUT /ip_address/ADDRESS",
  release: "DELETE /ip_address/ADDRESS",
  getServer: "GET /server/SERVER",
  stop: "POST /server/SERVER/stop",
  start: "POST /server/SERVER/start",
} as const;
export type Request = keyof typeof requests;

/** What each operation asks of UpCloud. A single address is looked at alone, several are listed. */
export const requestsOf = {
  create: ["list", "assign", "modify"],
  update: ["modify"],
  restore: ["get", "modify"],
  replace: ["list", "assign", "modify", "release"],
  refresh: ["list", "get"],
  delete: ["list", "get", "release"],
} as const satisfies Record<Operation, readonly Request[]>;

/** What is asked besides, where a running server may be stopped. */
export const powerCycleRequests = ["getServer", "stop", "start"] as const satisfies readonly Request[];
export const powerCycled = ["create", "replace", "delete"] as const satisfies readonly Operation[];

export interface Failure {
  name: string;
  /** What becomes of a request for the address, or of any other. */
  fault(address: string | undefined): Fault;
  /** The address does not exist any more, or belongs to somebody else. */
  isGone?: boolean;
}

const moments = ["before-effect", "after-effect"] as const;

/** Worth another try. */
export const passing: readonly Failure[] = [
  ...(["drop", "reset", "no-answer"] as const).flatMap((kind) =>
    moments.map((when) => ({ name: `${kind}, ${when}`, fault: (): Fault => ({ kind, when }) })),
  ),
  { name: "429", fault: () => ({ kind: "rate-limit" }) },
  ...[500, 502, 503, 504].map((status) => ({ name: `${status}`, fault: (): Fault => ({ kind: "error", status }) })),
  { name: "half a body", fault: () => ({ kind: "half-body" }) },
  ...[502, 200].map((status) => ({ name: `HTML, ${status}`, fault: (): Fault => ({ kind: "html", status }) })),
];

/** UpCloud's error codes as it documents them. Its word that an address is gone is always true here. */
export function refusalsOf(request: Request): Failure[] {
  return [...codes[request], ...everyRequest]
    .map(([status, errorCode]) => refusal(status, errorCode))
    .concat(gone(request));
}

/** A version that UpCloud does not serve is no refusal of what was asked. */
export const versionRefusals: readonly Failure[] = [
  refusal(400, "API_VERSION_INVALID"),
  refusal(400, "API_VERSION_OBSOLETE"),
];

function refusal(status: number, errorCode: string): Failure {
  return { name: `${status} ${errorCode}`, fault: () => ({ kind: "error", status, errorCode }) };
}

function gone(request: Request): Failure[] {
  if (request !== "get" && request !== "release") return [];
  const act = (verb: "releaseIpAddress" | "giveIpAddressAway", name: string): Failure => ({
    name,
    fault: (address) => ({ kind: "act", act: { verb, with: [address] } }),
    isGone: true,
  });
  return [act("releaseIpAddress", "404 IP_ADDRESS_NOT_FOUND"), act("giveIpAddressAway", "403 IP_ADDRESS_FORBIDDEN")];
}

type Code = readonly [status: number, code: string];

const everyRequest: readonly Code[] = [
  [400, "REQUEST_INVALID"],
  [401, "AUTHENTICATION_FAILED"],
  [403, "ACTION_FORBIDDEN"],
  [405, "METHOD_NOT_ALLOWED"],
];

const codes: Record<Request, readonly Code[]> = {
  list: [],
  get: [[400, "IP_ADDRESS_INVALID"]],
  assign: [
    [400, "SERVER_INVALID"],
    [400, "UNKNOWN_ATTRIBUTE"],
    [402, "INSUFFICIENT_CREDITS"],
    [403, "SERVER_FORBIDDEN"],
    [403, "TRIAL_PLAN"],
    [404, "SERVER_NOT_FOUND"],
    [409, "IP_ADDRESS_LIMIT_REACHED"],
    [409, "IP_ADDRESS_RESOURCES_UNAVAILABLE"],
    [409, "SERVER_STATE_ILLEGAL"],
  ],
  modify: [
    [400, "IP_ADDRESS_INVALID"],
    [400, "PTR_RECORD_INVALID"],
    [403, "IP_ADDRESS_FORBIDDEN"],
    [404, "IP_ADDRESS_NOT_FOUND"],
    [409, "PTR_RECORD_NOT_SUPPORTED"],
  ],
  release: [
    [400, "IP_ADDRESS_INVALID"],
    [409, "CANNOT_DELETE_PRIVATE_ADDRESS"],
    [409, "SERVER_STATE_ILLEGAL"],
  ],
  getServer: [
    [403, "SERVER_FORBIDDEN"],
    [404, "SERVER_NOT_FOUND"],
  ],
  stop: [
    [400, "STOP_TYPE_INVALID"],
    [400, "TIMEOUT_INVALID"],
    [409, "SERVER_STATE_ILLEGAL"],
  ],
  start: [
    [402, "INSUFFICIENT_CREDITS"],
    [409, "SERVER_STATE_ILLEGAL"],
  ],
};
