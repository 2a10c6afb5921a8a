import type { ApiVersion, Family, ServerState, StopType } from "../../api/wire";

/** The account that a resource belongs to: `us` is the account under test, `other` any other account. */
export type Owner = "us" | "other";

/** The account that sends a request, and the API version it uses. */
export interface Caller {
  readonly version: ApiVersion;
  readonly owner: Owner;
}

/** The network of an address. The internal one is `private`, as in API 1.2; API 1.3 calls it `utility`. */
export type Network = "public" | "private";

/** Whether a public address is kept or released when its server is deleted. */
export type ReleasePolicy = "keep" | "release";

/** An IP address. Immutable: each change results in a new object. */
export interface Address {
  /** The address in UpCloud's spelling. */
  readonly address: string;
  /** The address family. */
  readonly family: Family;
  /** The network of the address. */
  readonly access: Network;
  /** The account that the address belongs to. */
  readonly owner: Owner;
  /** The zone of the address, such as `fi-hel1`. */
  readonly zone: string;
  /** The PTR record; empty on the internal network. */
  readonly ptrRecord: string;
  /** Whether the price of the server's plan includes the address. */
  readonly partOfPlan: boolean;
  /** Whether the address is a floating one (API 1.3). */
  readonly floating: boolean;
  /** Whether the address is kept or released when its server is deleted. */
  readonly releasePolicy: ReleasePolicy;
  /** UUID of the server. Undefined for a floating address that is not attached. */
  readonly server: string | undefined;
  /** MAC address of the network interface. Undefined if `server` is. */
  readonly mac: string | undefined;
  /** Number of the network interface on its server, from 1. Undefined if `server` is. */
  readonly index: number | undefined;
}

/** A scheduled change of a server's state. */
export interface Step {
  /** The time of the change, in ms on the simulator's clock. */
  readonly atMs: number;
  /** The state from that time on. */
  readonly state: ServerState;
}

/** A change of state that is in progress. Without steps it never ends, such as a soft stop that the guest ignores. */
export interface Transition {
  /** The operation that was requested. `recover`: the server changes without a request. */
  readonly verb: "stop" | "start" | "restart" | "recover";
  /** The remaining steps, earliest first. */
  readonly steps: readonly Step[];
}

/** The behaviour of the operating system on a server. */
export interface Guest {
  /** Whether it shuts down on an ACPI request. If not, a soft stop has no effect. */
  readonly acpi: boolean;
  /** Whether it boots. If not, a start ends in the state `error`. */
  readonly boots: boolean;
}

/** A server. Immutable: each change results in a new object. */
export interface Server {
  /** The UUID, in lower case. */
  readonly uuid: string;
  /** The title, free text. */
  readonly title: string;
  /** The hostname, a fully qualified domain name. */
  readonly hostname: string;
  /** The zone of the server, such as `fi-hel1`. */
  readonly zone: string;
  /** The account that the server belongs to. */
  readonly owner: Owner;
  /** The current state. */
  readonly state: ServerState;
  /** The change of state in progress. Undefined if there is none. */
  readonly transition: Transition | undefined;
  /** The operating system on the server. */
  readonly guest: Guest;
  /** The name of its plan, such as `1xCPU-1GB`. */
  readonly plan: string;
}

export interface StopRequest {
  readonly stopType: StopType;
  /** The time after which a soft stop becomes a hard one, in ms. Undefined: never. */
  readonly timeoutMs: number | undefined;
}

export interface RestartRequest extends StopRequest {
  /** The effect of the timeout on a soft restart: `destroy` restarts hard, `ignore` gives up. */
  readonly timeoutAction: "destroy" | "ignore";
}

/** The credentials of an account: username and password for basic authentication, and a bearer token. */
export interface Credentials {
  /** The username. Default `demo`; `other` for the other account. */
  readonly username: string;
  /** The password. Default `demo`; `other` for the other account. */
  readonly password: string;
  /** The bearer token. Default `ucat_demo`; `ucat_other` for the other account. */
  readonly token: string;
}
