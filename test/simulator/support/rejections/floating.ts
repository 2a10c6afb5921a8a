import { addresses, macs, uuids } from "../testSeed";
import { assign, ipAddress, modify, type Row } from "./request";

const floating = (attributes: object) => ipAddress({ floating: "yes", ...attributes });
/** What concerns floating addresses, which only API 1.3 has. */
export const floatingRows: Row[] = [
  ["floating is neither yes nor no", assign, ipAddress({ floating: true }), "400 FLOATING_INVALID"],
  ["a floating address is internal", assign, floating({ access: "utility", zone: "fi-hel1" }), "400 ACCESS_INVALID"],
  ["a floating address has a server", assign, floating({ server: uuids.off }), "400 UNKNOWN_ATTRIBUTE"],
  ["a floating address has neither MAC nor zone", assign, floating({}), "400 ZONE_MISSING"],
  ["the zone is invalid", assign, floating({ zone: "Helsinki" }), "400 ZONE_INVALID"],
  ["the MAC is invalid", assign, floating({ mac: "da:45" }), "400 MAC_INVALID"],
  ["the interface is an internal one", assign, floating({ mac: macs.runningPrivate }), "400 MAC_INVALID"],
  [
    "the release policy is unknown",
    assign,
    ipAddress({ server: uuids.off, release_policy: "sell" }),
    "400 RELEASE_POLICY_INVALID",
  ],
  [
    "the credits are too few for a floating address",
    assign,
    floating({ zone: "fi-hel1" }),
    "402 INSUFFICIENT_CREDITS",
    { credits: 0 },
  ],
  ["the interface belongs to the other account", assign, floating({ mac: macs.theirs }), "403 INTERFACE_FORBIDDEN"],
  ["the interface does not exist", assign, floating({ mac: macs.nowhere }), "404 INTERFACE_NOT_FOUND"],
  ["the zone does not exist", assign, floating({ zone: "xx-abc9" }), "404 ZONE_NOT_FOUND"],
  ["zone and interface differ", assign, floating({ zone: "de-fra1", mac: macs.off }), "409 ZONE_MISMATCH"],
  [
    "the zone has no free floating address",
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
  [
    "an address that is not floating is detached",
    modify(addresses.off),
    ipAddress({ mac: null }),
    "409 FLOATING_IP_NOT_AVAILABLE",
  ],
  [
    "a valid PTR record and an invalid MAC are sent",
    modify(addresses.floating),
    ipAddress({ ptr_record: "a.example.com", mac: macs.nowhere }),
    "404 INTERFACE_NOT_FOUND",
  ],
];
