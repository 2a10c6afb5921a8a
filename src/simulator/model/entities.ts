import type { ApiVersion, Family, ServerState, StopType } from "../../api/wire";

/** Who has something: the account of the credentials, or somebody else at UpCloud. */
export type Owner = "us" | "other";

/** Who asks, and in which version of the API. */
export interface Caller {
  readonly version: ApiVersion;
  readonly owner: Owner;
}

/** The network of an address. API 1.2 calls the internal one `private`, API 1.3 `utility`; in here it is `private`. */
export type Network = "public" | "private";

/** What happens to a public address when its server is deleted. */
export type ReleasePolicy = "keep" | "release";

/** An IP address. Never changed in place: a change puts a new object into the store. */
export interface Address {
  /** As UpCloud spells it. */
  readonly address: string;
  /** `IPv4` or `IPv6`. */
  readonly family: Family;
  /** The network; the internal one is `private` whatever the version of the API. */
  readonly access: Network;
  /** Whose it is. */
  readonly owner: Owner;
  /** Where it is, such as `fi-hel1`. */
  readonly zone: string;
  /** Empty on the internal network. */
  readonly ptrRecord: string;
  /** Whether it is in the price of its server's plan. */
  readonly partOfPlan: boolean;
  /** Whether it is a floating address (API 1.3). */
  readonly floating: boolean;
  /** What becomes of it when its server is deleted. */
  readonly releasePolicy: ReleasePolicy;
  /** UUID of the server; undefined on a floating address that is not attached. */
  readonly server: string | undefined;
  /** MAC of the network interface that carries it; undefined where `server` is. */
  readonly mac: string | undefined;
  /** Number of that network interface, from 1. A floating address has the number of the interface it is attached to. */
  readonly index: number | undefined;
}

/** A state that a server takes at a time that is already certain. */
export interface Step {
  /** When, in ms on the simulator's clock. */
  readonly atMs: number;
  /** The state from then on. */
  readonly state: ServerState;
}

/** What is going on with a server. Without steps it never ends: a soft stop that the guest ignores. */
export interface Transition {
  /** What was asked for; `recover` where the server changes by itself. */
  readonly verb: "stop" | "start" | "restart" | "recover";
  /** What is still to come, in the order of time. */
  readonly steps: readonly Step[];
}

/** How the operating system on a server behaves. */
export interface Guest {
  /** Shuts down when asked to over ACPI; where false, a soft stop has no effect. */
  readonly acpi: boolean;
  /** Boots; where false, a start ends in the state `error`. */
  readonly boots: boolean;
}

/** A server. Never changed in place, like an address. */
export interface Server {
  /** In lower case. */
  readonly uuid: string;
  /** For people. */
  readonly title: string;
  /** A fully qualified domain name. */
  readonly hostname: string;
  /** Where it is, such as `fi-hel1`. */
  readonly zone: string;
  /** Whose it is. */
  readonly owner: Owner;
  /** What it is now. */
  readonly state: ServerState;
  /** What it is becoming; undefined when nothing is going on. */
  readonly transition: Transition | undefined;
  /** What runs on it. */
  readonly guest: Guest;
  /** The name of its plan, such as `1xCPU-1GB`. */
  readonly plan: string;
}

export interface StopRequest {
  readonly stopType: StopType;
  /** After so long a soft stop becomes a hard one. */
  readonly timeoutMs: number | undefined;
}

export interface RestartRequest extends StopRequest {
  /** What the timeout of a soft restart leads to: a hard one, or none. */
  readonly timeoutAction: "destroy" | "ignore";
}

/** What an account's user signs in with: user and password, or the token. */
export interface Credentials {
  /** Default `demo`; of the other account `other`. */
  readonly username: string;
  /** Default `demo`; of the other account `other`. */
  readonly password: string;
  /** Default `ucat_demo`; of the other account `ucat_other`. */
  readonly token: string;
}
