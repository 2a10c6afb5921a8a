import type { Access, Family, ReleasePolicy, StopType } from "../api/wire";

/** Whether and how a running server may be stopped. */
export type PowerCycleInput = boolean | { stopType?: StopType; timeoutSeconds?: number };

/** Whether, and for how long, to wait until the name resolves to the address before setting the PTR record. */
export type WaitForForwardRecord = boolean | { timeoutSeconds?: number };

/** How long an operation may take, such as `{ create: "10m" }`. */
export interface Timeouts {
  create?: string;
  update?: string;
  delete?: string;
}

/** The inputs of a `ServerIpAddress` after check: defaults filled in, everything in its canonical form. */
export interface ServerIpAddressInputs {
  server: string;
  family: Family;
  access: Access;
  ptrRecord?: string;
  adopt?: string;
  powerCycle?: PowerCycleInput;
  releasePolicy?: ReleasePolicy;
  timeouts?: Timeouts;
  /** Only while a resource is being created: its create token. */
  __creation?: string;
}

/** The inputs of a `PtrRecord` after check: everything in its canonical form. */
export interface PtrRecordInputs {
  address: string;
  ptrRecord: string;
  waitForForwardRecord?: WaitForForwardRecord;
  timeouts?: Timeouts;
}
