import type { Family, ServerState } from "../../api/wire";
import type { Credentials } from "../model/entities";
import type { Rules } from "../model/rules";

/** The account that the simulator starts with. */
export interface Seed {
  /** Default: those of the demo account. */
  credentials?: Partial<Credentials>;
  /** Default 1000. Without enough, assigning an address answers INSUFFICIENT_CREDITS. */
  credits?: number;
  /** By zone, how many public addresses are left in it besides those of the seed. Default: no end of them. */
  zones?: Record<
    string,
    {
      /** 0 to 1000000. Default: no end of them. */
      freeIPv4?: number;
      /** 0 to 1000000. Default: no end of them. */
      freeIPv6?: number;
    }
  >;
  /** Default: none. */
  servers?: SeedServer[];
  /** API 1.3: floating addresses that are attached to nothing. */
  floatingIpAddresses?: SeedFloatingIpAddress[];
  /** What somebody else has: the API answers 403 for it. */
  otherAccount?: {
    /** What its user signs in with. Default: user and password `other`, token `ucat_other`. */
    credentials?: Partial<Credentials>;
    /** Default: none. */
    servers?: SeedServer[];
    /** Default: none. */
    floatingIpAddresses?: SeedFloatingIpAddress[];
  };
  /** Where UpCloud is not documented. Default: `defaultRules`. */
  rules?: Partial<Rules>;
}

/** A server to begin with, of which only the UUID is required. */
export interface SeedServer {
  /** In upper or lower case. */
  uuid: string;
  /** Default: the UUID. */
  title?: string;
  /** Default: a name under example.com, made from the title. */
  hostname?: string;
  /** Default `fi-hel1`. */
  zone?: string;
  /** Default `started`. */
  state?: ServerState;
  /** What a server in `maintenance` or `error` becomes by itself, and when on the simulator's clock. Default: nothing, ever. */
  becomes?: {
    /** The state that it takes. */
    state: ServerState;
    /** In ms from the start. */
    afterMs: number;
  };
  /** Whether the guest shuts down when it is stopped softly. Default true. */
  acpi?: boolean;
  /** Whether the guest boots; where not, a start ends in the state `error`. Default true. */
  boots?: boolean;
  /** Default `1xCPU-1GB`. */
  plan?: string;
  /** Default: a public IPv4 address that is part of the plan, an internal one and a public IPv6 one. */
  ipAddresses?: SeedIpAddress[];
}

/** An address that a server has to begin with. */
export interface SeedIpAddress {
  /** Default `IPv4`. */
  family?: Family;
  /** Default `public`. `private` and `utility` are the same. */
  access?: "public" | "private" | "utility";
  /** Whether it is in the price of the plan. Default false. */
  partOfPlan?: boolean;
  /** In the documentation, benchmarking or private ranges. Default: UpCloud chooses. */
  address?: string;
  /** MAC address of the network interface. Default: UpCloud chooses. */
  mac?: string;
  /** Default: UpCloud's name for the address. */
  ptrRecord?: string;
}

/** A floating address to begin with, attached to nothing. */
export interface SeedFloatingIpAddress {
  /** Default `IPv4`. */
  family?: Family;
  /** Default `fi-hel1`. */
  zone?: string;
  /** In the documentation or benchmarking ranges. Default: UpCloud chooses. */
  address?: string;
  /** Default: UpCloud's name for the address. */
  ptrRecord?: string;
}
