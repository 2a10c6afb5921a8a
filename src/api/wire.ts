/**
 * UpCloud's JSON as it is sent. Every value of an address is a string; a flag that does not apply is absent, not "no". From
 * chapter "IP addresses" of the API 1.2 documentation; API 1.3 adds `mac`, `zone`, `floating` and `release_policy`.
 */

/** The versions of the API that this package supports. */
export const apiVersions = ["1.2", "1.3"] as const;
export type ApiVersion = (typeof apiVersions)[number];

export const families = ["IPv4", "IPv6"] as const;
/** The family of an IP address. */
export type Family = (typeof families)[number];

export const accesses = ["public", "private", "utility"] as const;
/** The network of an address: `private` is API 1.2's word for the internal network, `utility` is API 1.3's. */
export type Access = (typeof accesses)[number];

export const releasePolicies = ["keep", "release"] as const;
/** What happens to a public IPv4 address when its server is deleted. API 1.3 only. */
export type ReleasePolicy = (typeof releasePolicies)[number];

type YesNo = "yes" | "no";

export interface IpAddressWire {
  access: Access;
  address: string;
  family: Family;
  ptr_record: string;
  /** Absent on a floating address that is not attached. */
  server?: string;
  part_of_plan?: YesNo;
  floating?: YesNo;
  mac?: string;
  zone?: string;
  release_policy?: ReleasePolicy;
}

export interface IpAddressListEnvelope {
  ip_addresses: { ip_address: IpAddressWire[] };
}

export interface AssignRequestWire {
  ip_address: { family: Family; access: Access; server: string; release_policy?: ReleasePolicy };
}

export interface ModifyRequestWire {
  ip_address: { ptr_record?: string; release_policy?: ReleasePolicy };
}

/** The states that UpCloud documents. */
export const serverStates = ["started", "stopped", "maintenance", "error"] as const;
export type ServerState = (typeof serverStates)[number];

/** What this package reads of a server; UpCloud sends much more. */
export interface ServerWire {
  uuid: string;
  title: string;
  /** A `ServerState`, or one that UpCloud has added since, which means only that the server is not stopped. */
  state: string;
  zone: string;
  /** All its addresses; absent in lists of servers. */
  addresses?: readonly string[];
}

export type StopType = "soft" | "hard";

export interface StopRequestWire {
  stop_server: { stop_type: StopType; timeout?: string };
}

export interface ErrorEnvelope {
  error: { error_code: string; error_message: string };
}
