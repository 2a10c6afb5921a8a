import { addresses, uuids } from "../testSeed";
import { assign, illegal, ipAddress, modify, none, ptr, type Row, release } from "./request";

/** Status 409: the state of the account does not allow the request. */
export const conflicts: Row[] = [
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
    "the limit of both families is reached",
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
    "the server already has an internal address",
    assign,
    ipAddress({ server: uuids.off, access: "private" }),
    "409 IP_ADDRESS_LIMIT_REACHED",
    { only: "1.2" },
  ],
  [
    "the server already has an internal address",
    assign,
    ipAddress({ server: uuids.off, access: "utility" }),
    "409 IP_ADDRESS_LIMIT_REACHED",
    { only: "1.3" },
  ],
  [
    "a rule forbids internal addresses",
    assign,
    ipAddress({ server: uuids.lonely, access: "private" }),
    "409 IP_ADDRESS_LIMIT_REACHED",
    { only: "1.2", rules: { assignPrivate: "refuse" } },
  ],
  [
    "the zone has no free IPv4 address",
    assign,
    ipAddress({ server: uuids.crowded }),
    "409 IP_ADDRESS_RESOURCES_UNAVAILABLE",
    { message: "There are not enough IP addresses available in the specified zone." },
  ],
  [
    "the zone has no free IPv6 address",
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
