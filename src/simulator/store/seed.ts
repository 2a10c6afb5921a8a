import type { Family, ServerState } from "../../api/wire";
import type { Credentials } from "../model/entities";
import type { Rules } from "../model/rules";

/** The initial account of the simulator. All properties are optional. */
export interface Seed {
  /**
   * The credentials of the account.
   *
   * @default username and password `demo`, token `ucat_demo`
   */
  credentials?: Partial<Credentials>;
  /**
   * The credits of the account. If they are too few, assigning an address responds with INSUFFICIENT_CREDITS.
   *
   * @default 1000
   */
  credits?: number;
  /**
   * By zone, the number of free public addresses, not counting those of the seed.
   *
   * @default unlimited
   */
  zones?: Record<
    string,
    {
      /**
       * The number of free public IPv4 addresses, 0 to 1000000.
       *
       * @default unlimited
       */
      freeIPv4?: number;
      /**
       * The number of free public IPv6 addresses, 0 to 1000000.
       *
       * @default unlimited
       */
      freeIPv6?: number;
    }
  >;
  /**
   * The servers of the account.
   *
   * @default none
   */
  servers?: SeedServer[];
  /**
   * The floating addresses of the account (API 1.3), not attached.
   *
   * @default none
   */
  floatingIpAddresses?: SeedFloatingIpAddress[];
  /**
   * The resources of another account. With the credentials of this account, the API responds to them with 403.
   *
   * @default none
   */
  otherAccount?: {
    /**
     * The credentials of the other account.
     *
     * @default username and password `other`, token `ucat_other`
     */
    credentials?: Partial<Credentials>;
    /**
     * The servers of the other account.
     *
     * @default none
     */
    servers?: SeedServer[];
    /**
     * The floating addresses of the other account, not attached.
     *
     * @default none
     */
    floatingIpAddresses?: SeedFloatingIpAddress[];
  };
  /**
   * Overrides for behaviour that UpCloud does not document, or that a test needs to be different.
   *
   * @default `defaultRules`
   */
  rules?: Partial<Rules>;
}

/** A server of the initial account. Only the UUID is required. */
export interface SeedServer {
  /** The UUID, in upper or lower case. */
  uuid: string;
  /**
   * The title, free text.
   *
   * @default the UUID
   */
  title?: string;
  /**
   * The hostname, a fully qualified domain name.
   *
   * @default a name under example.com, derived from the title
   */
  hostname?: string;
  /**
   * The zone of the server.
   *
   * @default "fi-hel1"
   */
  zone?: string;
  /**
   * The initial state.
   *
   * @default "started"
   */
  state?: ServerState;
  /**
   * A change of state that happens without a request.
   *
   * @default none
   */
  becomes?: {
    /** The state after the change. */
    state: ServerState;
    /** The time of the change, in ms on the simulator's clock, 0 to 86400000. */
    afterMs: number;
  };
  /**
   * Whether the operating system shuts down on a soft stop.
   *
   * @default true
   */
  acpi?: boolean;
  /**
   * Whether the operating system boots. If not, a start ends in the state `error`.
   *
   * @default true
   */
  boots?: boolean;
  /**
   * The name of the plan.
   *
   * @default "1xCPU-1GB"
   */
  plan?: string;
  /**
   * The addresses of the server.
   *
   * @default a public IPv4 address that is part of the plan, an internal IPv4 address and a public IPv6 address
   */
  ipAddresses?: SeedIpAddress[];
}

/** An address of a server of the initial account. */
export interface SeedIpAddress {
  /**
   * The address family.
   *
   * @default "IPv4"
   */
  family?: Family;
  /**
   * The network. `private` and `utility` both mean the internal network.
   *
   * @default "public"
   */
  access?: "public" | "private" | "utility";
  /**
   * Whether the price of the plan includes the address.
   *
   * @default false
   */
  partOfPlan?: boolean;
  /**
   * The address, in a range for documentation or benchmarking, or in 10.0.0.0/8 on the internal network.
   *
   * @default the next free address
   */
  address?: string;
  /**
   * The MAC address of the network interface.
   *
   * @default the next free MAC address
   */
  mac?: string;
  /**
   * The PTR record, a fully qualified domain name.
   *
   * @default UpCloud's default name for the address
   */
  ptrRecord?: string;
}

/** A floating address of the initial account, not attached. */
export interface SeedFloatingIpAddress {
  /**
   * The address family.
   *
   * @default "IPv4"
   */
  family?: Family;
  /**
   * The zone of the address.
   *
   * @default "fi-hel1"
   */
  zone?: string;
  /**
   * The address, in a range for documentation or benchmarking.
   *
   * @default the next free address
   */
  address?: string;
  /**
   * The PTR record, a fully qualified domain name.
   *
   * @default UpCloud's default name for the address
   */
  ptrRecord?: string;
}
