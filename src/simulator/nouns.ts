import type { Family, ServerState, StopType } from "../api/wire";

/** Who has something: the account of the credentials, or somebody else at UpCloud. */
export type Owner = "us" | "other";

/** The network of an address. API 1.2 calls the internal one `private`, API 1.3 `utility`; in here it is `private`. */
export type Network = "public" | "private";

/** What happens to a public address when its server is deleted. */
export type ReleasePolicy = "keep" | "release";

/** An IP address. Never changed in place: a change puts a new object into the store. */
export interface Address {
  /** As UpCloud spells it. */
  readonly address: string;
  readonly family: Family;
  readonly access: Network;
  readonly owner: Owner;
  readonly zone: string;
  /** Empty on the internal network. */
  readonly ptrRecord: string;
  readonly partOfPlan: boolean;
  readonly floating: boolean;
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
  readonly atMs: number;
  readonly state: ServerState;
}

/** What is going on with a server. Without steps it never ends: a soft stop that the guest ignores. */
export interface Transition {
  readonly verb: "stop" | "start" | "restart" | "recover";
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
  readonly uuid: string;
  readonly title: string;
  readonly hostname: string;
  readonly zone: string;
  readonly owner: Owner;
  readonly state: ServerState;
  readonly transition: Transition | undefined;
  readonly guest: Guest;
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

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly token: string;
}
