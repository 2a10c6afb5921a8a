import type { ErrorEnvelope } from "../../api/wire";

/**
 * The errors of the API, each with its status and the template of its message. The messages are those that were
 * recorded, otherwise those of the API documentation.
 */
export const errorTable = {
  ACTION_FORBIDDEN: [403, "The action is not allowed."],
  ACCESS_INVALID: [400, "The attribute access has an invalid value."],
  API_VERSION_INVALID: [404, "The API version {version} does not exist."],
  API_VERSION_OBSOLETE: [404, "The API version {version} is obsolete."],
  AUTHENTICATION_FAILED: [401, "Authentication failed using the given username and password."],
  CANNOT_DELETE_PRIVATE_ADDRESS: [409, "The IP address on the private network cannot be deleted."],
  FAMILY_INVALID: [400, "The attribute family has an invalid value."],
  FLOATING_INVALID: [400, "The attribute floating has an invalid value."],
  FLOATING_IP_NOT_AVAILABLE: [409, "The IP address {address} is not a floating IP address."],
  INSUFFICIENT_CREDITS: [402, "There are not enough credits to perform the requested action."],
  INTERFACE_FORBIDDEN: [403, "The network interface {mac} exists, but is owned by another account."],
  INTERFACE_NOT_FOUND: [404, "The network interface {mac} does not exist."],
  IP_ADDRESS_FORBIDDEN: [403, "The IP address exists, but is assigned to another account."],
  IP_ADDRESS_INVALID: [400, "The attribute ip_address has an invalid value."],
  IP_ADDRESS_LIMIT_REACHED: [409, "The maximum number of IP addresses are already attached to the server."],
  IP_ADDRESS_NOT_FOUND: [404, "The IP address does not exist."],
  IP_ADDRESS_RESOURCES_UNAVAILABLE: [409, "There are not enough IP addresses available in the specified zone."],
  MAC_INVALID: [400, "The attribute mac has an invalid value."],
  METHOD_NOT_ALLOWED: [405, "The method {method} is not allowed."],
  NOT_FOUND: [404, "The requested resource does not exist."],
  PTR_RECORD_INVALID: [400, "The attribute ptr_record has an invalid value."],
  PTR_RECORD_MISSING: [400, "The required attribute ptr_record is missing from the request."],
  PTR_RECORD_NOT_SUPPORTED: [409, "A PTR record was tried to set on a private IP address."],
  RELEASE_POLICY_INVALID: [400, "The attribute release_policy has an invalid value."],
  REQUEST_INVALID: [400, "The request body is not valid."],
  REQUEST_TOO_LARGE: [413, "The request body is too large."],
  SERVER_FORBIDDEN: [403, "The server exists, but is owned by another account."],
  SERVER_INVALID: [400, "The attribute server has an invalid value."],
  SERVER_MISSING: [400, "The required attribute server is missing from the request."],
  SERVER_NOT_FOUND: [404, "The server {server} does not exist."],
  SERVER_STATE_ILLEGAL: [409, "The operation is not allowed while the server {server} is in state '{state}'."],
  SERVICE_ERROR: [500, "The service failed."],
  STOP_TYPE_INVALID: [400, "The attribute stop_type has an invalid value."],
  TIMEOUT_ACTION_INVALID: [400, "The attribute timeout_action has an invalid value."],
  TIMEOUT_INVALID: [400, "The attribute timeout has an invalid value."],
  UNKNOWN_ATTRIBUTE: [400, "The request body contains an unknown attribute {attribute}."],
  ZONE_INVALID: [400, "The attribute zone has an invalid value."],
  ZONE_MISMATCH: [409, "The IP address and the network interface are in different zones."],
  ZONE_MISSING: [400, "The required attribute zone is missing from the request."],
  ZONE_NOT_FOUND: [404, "The zone {zone} does not exist."],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type ErrorCode = keyof typeof errorTable;

/** An error response of the API. `parts` fills the placeholders of the message. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    parts: Readonly<Record<string, string>> = {},
    message?: string,
  ) {
    const [status, template] = errorTable[code];
    super((message ?? template).replace(/\{(\w+)\}/g, (_, part: string) => parts[part] ?? ""));
    this.status = status;
  }
}

export function errorEnvelope(code: string, message: string): ErrorEnvelope {
  return { error: { error_code: code, error_message: message } };
}
