import type { IpAddressWire } from "../../api/wire";
import { addressFromWire } from "../../model/addressFromWire";
import type { ServerIpAddressInputs } from "../../model/inputs";
import type { RestartError } from "../powerCycle/errors";

/** What UpCloud says of an address. The address itself is the resource's id and stored nowhere else. */
export interface ObservedAddress {
  /** As served now; `""` on the internal network. */
  ptrRecord: string;
  /** The name that UpCloud gives by itself; absent where neither an answer nor the zone has told it. */
  defaultPtrRecord?: string;
  partOfPlan: boolean;
  /** API 1.3 only. */
  mac?: string;
  /** API 1.3 only. */
  zone?: string;
}

/** The outputs as Pulumi's state holds them: inputs, and what UpCloud says. */
export interface ServerIpAddressState extends Omit<ServerIpAddressInputs, "ptrRecord" | "__creation">, ObservedAddress {
  /** The program declares the PTR record, so taking it out of the program restores the default. */
  managesPtrRecord?: true;
  /** Of an address that is only looked at (`get`), whose id stays as it was given. */
  address?: string;
  /** The server was stopped for the change and could not be started again: the next update starts it. */
  leftStopped?: true;
}

/** What of UpCloud's answer the state holds. `knownDefault` is a default name learnt earlier. */
export function observedFrom(answer: IpAddressWire, knownDefault?: string): ObservedAddress {
  const { address, family, access, server, floating, ...observed } = addressFromWire(answer, knownDefault);
  return observed;
}

export function toState(
  inputs: ServerIpAddressInputs,
  served: ObservedAddress,
  restartError?: RestartError,
): ServerIpAddressState {
  const { ptrRecord: declared, __creation, ...rest } = inputs;
  return {
    ...rest,
    ...served,
    ...(declared !== undefined && { managesPtrRecord: true }),
    ...(restartError !== undefined && { leftStopped: true }),
  };
}

/** The reverse of `stateOf`, with the PTR record that is really there among the inputs: so a refresh shows drift. */
export function fromState(state: ServerIpAddressState): { inputs: ServerIpAddressInputs; served: ObservedAddress } {
  const { ptrRecord, managesPtrRecord, leftStopped, address, defaultPtrRecord, partOfPlan, mac, zone, ...inputs } =
    state;
  return {
    inputs: managesPtrRecord ? { ...inputs, ptrRecord } : inputs,
    served: withoutUndefined({ ptrRecord, defaultPtrRecord, partOfPlan, mac, zone }),
  };
}

/** Pulumi's protocol has no `undefined`. */
function withoutUndefined(
  served: {
    [key in keyof Required<ObservedAddress>]: Required<ObservedAddress>[key] | ObservedAddress[key] | undefined;
  },
) {
  return Object.fromEntries(
    Object.entries(served).filter(([, value]) => value !== undefined),
  ) as unknown as ObservedAddress;
}
