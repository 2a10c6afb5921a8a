import type { Rules, SeedServer } from "../../../src/simulator";
import type { ErrorCode } from "../../../src/simulator/model/apiErrors";
import { basic } from "./api";
import { addresses, macs, uuids } from "./town";

type Version = "1.2" | "1.3";

type Request = readonly [method: string, path: string];

/** When a request is refused: what it sends, and what comes back. */
export type Row = readonly [
  when: string,
  request: Request,
  body: unknown,
  outcome: `${number} ${ErrorCode}`,
  more?: More,
];

interface More {
  /** Default: both versions. */
  only?: Version;
  headers?: Record<string, string>;
  rules?: Partial<Rules>;
  credits?: number;
  /** Default: the town's. */
  servers?: SeedServer[];
  /** Where the sentence is recorded or documented. */
  message?: string;
}

export const none = undefined;
const ipAddress = (attributes: unknown) => ({ ip_address: attributes });
const assign: Request = ["POST", "/ip_address"];
const details = (address: string): Request => ["GET", `/ip_address/${address}`];
const modify = (address: string): Request => ["PUT", `/ip_address/${address}`];
const release = (address: string): Request => ["DELETE", `/ip_address/${address}`];
const server = (method: string, uuid: string, verb = ""): Request => [method, `/server/${uuid}${verb}`];
const stop = server("POST", uuids.running, "/stop");
const restart = server("POST", uuids.running, "/restart");
export const ptr = ipAddress({ ptr_record: "mail.example.com" });
const illegal = (uuid: string, state: string) =>
  `The operation is not allowed while the server ${uuid} is in state '${state}'.`;

const badRequests: Row[] = [
  ["assign names no server", assign, ipAddress({ family: "IPv4" }), "400 SERVER_MISSING"],
  [
    "assign names a server that is no UUID",
    assign,
    ipAddress({ server: "mail" }),
    "400 SERVER_INVALID",
    { message: "The attribute server has an invalid value." },
  ],
  ["assign names a server by number", assign, ipAddress({ server: 7 }), "400 SERVER_INVALID"],
  ["assign has another family", assign, ipAddress({ server: uuids.off, family: "ipv4" }), "400 FAMILY_INVALID"],
  [
    "assign asks for an internal IPv6 address",
    assign,
    ipAddress({ server: uuids.lonely, family: "IPv6", access: "private" }),
    "400 FAMILY_INVALID",
    { only: "1.2" },
  ],
  [
    "assign uses the other version's word for the internal network",
    assign,
    ipAddress({ server: uuids.lonely, access: "utility" }),
    "400 ACCESS_INVALID",
    { only: "1.2" },
  ],
  [
    "assign asks for an SDN address",
    assign,
    ipAddress({ server: uuids.lonely, access: "private" }),
    "400 ACCESS_INVALID",
    { only: "1.3" },
  ],
  ["assign has an access of null", assign, ipAddress({ server: uuids.off, access: null }), "400 ACCESS_INVALID"],
  [
    "assign has an attribute too many",
    assign,
    ipAddress({ server: uuids.off, ptr_record: "a.example.com" }),
    "400 UNKNOWN_ATTRIBUTE",
    { message: "The request body contains an unknown attribute ptr_record." },
  ],
  [
    "assign has an attribute of 1.3",
    assign,
    ipAddress({ server: uuids.off, zone: "fi-hel1" }),
    "400 UNKNOWN_ATTRIBUTE",
    { only: "1.2", message: "The request body contains an unknown attribute zone." },
  ],
  [
    "an ordinary assign names a zone",
    assign,
    ipAddress({ server: uuids.off, zone: "fi-hel1" }),
    "400 UNKNOWN_ATTRIBUTE",
    { only: "1.3" },
  ],
  ["the envelope has another name", assign, { address: {} }, "400 UNKNOWN_ATTRIBUTE"],
  ["the body is half a JSON text", assign, '{"ip_address":', "400 REQUEST_INVALID"],
  ["the body is empty", assign, "", "400 REQUEST_INVALID"],
  ["the body is an array", assign, [], "400 REQUEST_INVALID"],
  ["the envelope holds a string", assign, ipAddress("x"), "400 REQUEST_INVALID"],
  ["the body is larger than allowed", assign, "x".repeat(70_000), "413 REQUEST_TOO_LARGE"],
  [
    "details are asked of what is no address",
    details("203.0.113.256"),
    none,
    "400 IP_ADDRESS_INVALID",
    { message: "The attribute ip_address has an invalid value." },
  ],
  ["an address is written with leading zeros", details("203.0.113.011"), none, "400 IP_ADDRESS_INVALID"],
  ["modify is asked of what is no address", modify("mail"), ptr, "400 IP_ADDRESS_INVALID"],
  ["release is asked of what is no address", release("2001:db8::zz"), none, "400 IP_ADDRESS_INVALID"],
  ...[
    "mail",
    "-a.example.com",
    "a..example.com",
    "a b.example.com",
    "203.0.113.5",
    "",
    "mail.example.com.",
    `${"a".repeat(64)}.example.com`,
  ].map(
    (sent): Row => [
      `the PTR record is ${JSON.stringify(sent)}`,
      modify(addresses.running),
      ipAddress({ ptr_record: sent }),
      "400 PTR_RECORD_INVALID",
      { message: "The attribute ptr_record has an invalid value." },
    ],
  ),
  ["the PTR record is a number", modify(addresses.running), ipAddress({ ptr_record: 1 }), "400 PTR_RECORD_INVALID"],
  [
    "the PTR record is refused by a rule",
    modify(addresses.running),
    ipAddress({ ptr_record: "Mail.example.com" }),
    "400 PTR_RECORD_INVALID",
    { rules: { ptrUpperCase: "refuse" } },
  ],
  ["modify asks for nothing", modify(addresses.running), ipAddress({}), "400 PTR_RECORD_MISSING"],
  [
    "modify has a MAC in 1.2",
    modify(addresses.running),
    ipAddress({ ptr_record: "a.example.com", mac: null }),
    "400 UNKNOWN_ATTRIBUTE",
    { only: "1.2" },
  ],
  [
    "details are asked of a server that is no UUID",
    server("GET", "mail"),
    none,
    "400 SERVER_INVALID",
    { message: "The server UUID is invalid." },
  ],
  [
    "a server that is no UUID is started",
    server("POST", "invalid", "/start"),
    { server: {} },
    "400 SERVER_INVALID",
    { message: "The server UUID is invalid." },
  ],
  ["the stop type is another", stop, { stop_server: { stop_type: "now" } }, "400 STOP_TYPE_INVALID"],
  ...["0", 0, "x", -1, 1.5, 901, null].map(
    (timeout): Row => [
      `the stop's timeout is ${JSON.stringify(timeout)}`,
      stop,
      { stop_server: { timeout } },
      "400 TIMEOUT_INVALID",
    ],
  ),
  [
    "the stop has another envelope",
    stop,
    { stop: {} },
    "400 UNKNOWN_ATTRIBUTE",
    { message: "The request body contains an unknown attribute stop." },
  ],
  [
    "the restart's timeout action is another",
    restart,
    { restart_server: { timeout_action: "wait" } },
    "400 TIMEOUT_ACTION_INVALID",
  ],
];

const others: Row[] = [
  [
    "credentials are missing",
    ["GET", "/ip_address"],
    none,
    "401 AUTHENTICATION_FAILED",
    { headers: {}, message: "Authentication failed using the given username and password." },
  ],
  [
    "the password is wrong",
    ["GET", "/account"],
    none,
    "401 AUTHENTICATION_FAILED",
    { headers: { Authorization: basic("demo", "wrong") } },
  ],
  [
    "the token is wrong",
    release(addresses.off),
    none,
    "401 AUTHENTICATION_FAILED",
    { headers: { Authorization: "Bearer ucat_wrong" } },
  ],
  [
    "a token is used where none is taken",
    ["GET", "/account"],
    none,
    "401 AUTHENTICATION_FAILED",
    { only: "1.2", headers: { Authorization: "Bearer ucat_demo" }, rules: { bearerOn12: false } },
  ],
  [
    "the credits do not last for an IPv4 address",
    assign,
    ipAddress({ server: uuids.off }),
    "402 INSUFFICIENT_CREDITS",
    { credits: 0.3, message: "There are not enough credits to perform the requested action." },
  ],
  [
    "the account owes",
    assign,
    ipAddress({ server: uuids.off, family: "IPv6" }),
    "402 INSUFFICIENT_CREDITS",
    { credits: -1 },
  ],
  [
    "assign names somebody else's server",
    assign,
    ipAddress({ server: uuids.theirs }),
    "403 SERVER_FORBIDDEN",
    { message: "The server exists, but is owned by another account." },
  ],
  ["details are asked of somebody else's server", server("GET", uuids.theirs), none, "403 SERVER_FORBIDDEN"],
  ["somebody else's server is deleted", server("DELETE", uuids.theirs), none, "403 SERVER_FORBIDDEN"],
  ["details are asked of somebody else's address", details(addresses.theirs), none, "403 IP_ADDRESS_FORBIDDEN"],
  [
    "details are asked of somebody else's floating address",
    details(addresses.theirsFloating),
    none,
    "403 IP_ADDRESS_FORBIDDEN",
  ],
  ["somebody else's address is modified", modify(addresses.theirs), ptr, "403 IP_ADDRESS_FORBIDDEN"],
  [
    "somebody else's address is released",
    release(addresses.theirs),
    none,
    "403 IP_ADDRESS_FORBIDDEN",
    { message: "The IP address exists, but is assigned to another account." },
  ],
  [
    "the address of the plan may not be released",
    release(addresses.off),
    none,
    "403 ACTION_FORBIDDEN",
    { rules: { releasePartOfPlan: "refuse" } },
  ],
  [
    "assign names a server that does not exist",
    assign,
    ipAddress({ server: uuids.nowhere }),
    "404 SERVER_NOT_FOUND",
    { message: `The server ${uuids.nowhere} does not exist.` },
  ],
  ["a server that does not exist is stopped", server("POST", uuids.nowhere, "/stop"), none, "404 SERVER_NOT_FOUND"],
  [
    "details are asked of an address that does not exist",
    details(addresses.nowhere),
    none,
    "404 IP_ADDRESS_NOT_FOUND",
    { message: "The IP address does not exist." },
  ],
  ["an address that does not exist is modified", modify("2001:db8::1"), ptr, "404 IP_ADDRESS_NOT_FOUND"],
  ["an address that does not exist is released", release(addresses.nowhere), none, "404 IP_ADDRESS_NOT_FOUND"],
  [
    "1.2 is asked for a detached floating address",
    details(addresses.floating),
    none,
    "404 IP_ADDRESS_NOT_FOUND",
    { only: "1.2" },
  ],
  ["the path is unknown", ["GET", "/storage"], none, "404 NOT_FOUND"],
  ["the path ends in a slash", ["GET", "/ip_address/"], none, "404 NOT_FOUND"],
  ["addresses are deleted as a whole", ["DELETE", "/ip_address"], none, "405 METHOD_NOT_ALLOWED"],
  ["an address is posted to", ["POST", `/ip_address/${addresses.off}`], ptr, "405 METHOD_NOT_ALLOWED"],
  ["a stop is asked for with GET", server("GET", uuids.running, "/stop"), none, "405 METHOD_NOT_ALLOWED"],
  [
    "1.2 is asked to PATCH by the book",
    ["PATCH", `/ip_address/${addresses.off}`],
    ptr,
    "405 METHOD_NOT_ALLOWED",
    { only: "1.2", rules: { modifyMethods: "documented" } },
  ],
  [
    "1.3 is asked to PUT by the book",
    modify(addresses.off),
    ptr,
    "405 METHOD_NOT_ALLOWED",
    { only: "1.3", rules: { modifyMethods: "documented" } },
  ],
  [
    "the server has five IPv4 addresses",
    assign,
    ipAddress({ server: uuids.full }),
    "409 IP_ADDRESS_LIMIT_REACHED",
    { message: "The maximum number of IP addresses are already attached to the server." },
  ],
  [
    "the server has five IPv6 addresses",
    assign,
    ipAddress({ server: uuids.full, family: "IPv6" }),
    "409 IP_ADDRESS_LIMIT_REACHED",
  ],
  [
    "the limit counts both families and is reached",
    assign,
    ipAddress({ server: uuids.off }),
    "409 IP_ADDRESS_LIMIT_REACHED",
    {
      rules: { addressLimitCounts: "in-all" },
      servers: [
        { uuid: uuids.off, state: "stopped", ipAddresses: [{}, {}, { family: "IPv6" }, {}, { family: "IPv6" }] },
      ],
    },
  ],
  [
    "the server has its internal address",
    assign,
    ipAddress({ server: uuids.off, access: "private" }),
    "409 IP_ADDRESS_LIMIT_REACHED",
    { only: "1.2" },
  ],
  [
    "the server has its internal address",
    assign,
    ipAddress({ server: uuids.off, access: "utility" }),
    "409 IP_ADDRESS_LIMIT_REACHED",
    { only: "1.3" },
  ],
  [
    "internal addresses are not assigned by rule",
    assign,
    ipAddress({ server: uuids.lonely, access: "private" }),
    "409 IP_ADDRESS_LIMIT_REACHED",
    { only: "1.2", rules: { assignPrivate: "refuse" } },
  ],
  [
    "the zone has no IPv4 addresses left",
    assign,
    ipAddress({ server: uuids.crowded }),
    "409 IP_ADDRESS_RESOURCES_UNAVAILABLE",
    { message: "There are not enough IP addresses available in the specified zone." },
  ],
  [
    "the zone has no IPv6 addresses left",
    assign,
    ipAddress({ server: uuids.crowded, family: "IPv6" }),
    "409 IP_ADDRESS_RESOURCES_UNAVAILABLE",
  ],
  [
    "an address is assigned to a running server",
    assign,
    ipAddress({ server: uuids.running }),
    "409 SERVER_STATE_ILLEGAL",
    { message: illegal(uuids.running, "started") },
  ],
  [
    "an address is assigned to a server in maintenance",
    assign,
    ipAddress({ server: uuids.busy }),
    "409 SERVER_STATE_ILLEGAL",
    { message: illegal(uuids.busy, "maintenance") },
  ],
  [
    "an address is assigned to a failed server",
    assign,
    ipAddress({ server: uuids.broken }),
    "409 SERVER_STATE_ILLEGAL",
    { message: illegal(uuids.broken, "error") },
  ],
  [
    "the address of a running server is released",
    release(addresses.running),
    none,
    "409 SERVER_STATE_ILLEGAL",
    { message: illegal(uuids.running, "started") },
  ],
  [
    "the last address of a server is released",
    release(addresses.lonely),
    none,
    "409 SERVER_STATE_ILLEGAL",
    { message: `The server ${uuids.lonely} must have at least one IP address.` },
  ],
  [
    "a PTR record is set on an internal address",
    modify(addresses.offPrivate),
    ptr,
    "409 PTR_RECORD_NOT_SUPPORTED",
    { message: "A PTR record was tried to set on a private IP address." },
  ],
  [
    "an internal address is released",
    release(addresses.offPrivate),
    none,
    "409 CANNOT_DELETE_PRIVATE_ADDRESS",
    { message: "The IP address on the private network cannot be deleted." },
  ],
  [
    "the internal address of a running server is released",
    release(addresses.runningPrivate),
    none,
    "409 CANNOT_DELETE_PRIVATE_ADDRESS",
  ],
];

const floating = (attributes: object) => ipAddress({ floating: "yes", ...attributes });
const floatingRows: Row[] = [
  ["floating is neither yes nor no", assign, ipAddress({ floating: true }), "400 FLOATING_INVALID"],
  [
    "a floating address is to be internal",
    assign,
    floating({ access: "utility", zone: "fi-hel1" }),
    "400 ACCESS_INVALID",
  ],
  ["a floating address names a server", assign, floating({ server: uuids.off }), "400 UNKNOWN_ATTRIBUTE"],
  ["a floating address names neither MAC nor zone", assign, floating({}), "400 ZONE_MISSING"],
  ["the zone is no zone", assign, floating({ zone: "Helsinki" }), "400 ZONE_INVALID"],
  ["the MAC is no MAC", assign, floating({ mac: "da:45" }), "400 MAC_INVALID"],
  ["the interface is an internal one", assign, floating({ mac: macs.runningPrivate }), "400 MAC_INVALID"],
  [
    "the release policy is another",
    assign,
    ipAddress({ server: uuids.off, release_policy: "sell" }),
    "400 RELEASE_POLICY_INVALID",
  ],
  [
    "the credits do not last for a floating address",
    assign,
    floating({ zone: "fi-hel1" }),
    "402 INSUFFICIENT_CREDITS",
    { credits: 0 },
  ],
  ["the interface is somebody else's", assign, floating({ mac: macs.theirs }), "403 INTERFACE_FORBIDDEN"],
  ["the interface does not exist", assign, floating({ mac: macs.nowhere }), "404 INTERFACE_NOT_FOUND"],
  ["the zone does not exist", assign, floating({ zone: "xx-abc9" }), "404 ZONE_NOT_FOUND"],
  ["zone and interface differ", assign, floating({ zone: "de-fra1", mac: macs.off }), "409 ZONE_MISMATCH"],
  [
    "the zone has no floating address left",
    assign,
    floating({ zone: "sg-sin1" }),
    "409 IP_ADDRESS_RESOURCES_UNAVAILABLE",
  ],
  ["the server of the interface is full", assign, floating({ mac: macs.full }), "409 IP_ADDRESS_LIMIT_REACHED"],
  [
    "a floating address moves to another zone",
    modify(addresses.floating),
    ipAddress({ mac: macs.crowded }),
    "409 ZONE_MISMATCH",
  ],
  [
    "a floating address moves to a full server",
    modify(addresses.floating),
    ipAddress({ mac: macs.full }),
    "409 IP_ADDRESS_LIMIT_REACHED",
  ],
  ["an ordinary address is detached", modify(addresses.off), ipAddress({ mac: null }), "409 FLOATING_IP_NOT_AVAILABLE"],
  [
    "PTR record and MAC are sent and the MAC is refused",
    modify(addresses.floating),
    ipAddress({ ptr_record: "a.example.com", mac: macs.nowhere }),
    "404 INTERFACE_NOT_FOUND",
  ],
];

/** Every refusal that the API knows, but for those that concern the version. */
export const rows: Row[] = [
  ...badRequests,
  ...others,
  ...floatingRows.map(
    ([when, request, body, outcome, more]): Row => [when, request, body, outcome, { ...more, only: "1.3" }],
  ),
];
