import type { IpAddressWire } from "../../api/wire";
import { addressFromWire } from "../../model/addressFromWire";
import type { ServerIpAddressInputs } from "../../model/inputs";

/** What UpCloud returns about an address, without the address itself, which is the resource's id. */
export interface ObservedAddress {
  /** `""` on the internal network. */
  ptrRecord: string;
  /** UpCloud's default name for the address; absent where neither a response nor the zone shows it. */
  defaultPtrRecord?: string;
  partOfPlan: boolean;
  /** API 1.3 only. */
  mac?: string;
  /** API 1.3 only. */
  zone?: string;
}

/** The outputs in Pulumi's state: the inputs, and what UpCloud returns. */
export interface ServerIpAddressState extends Omit<ServerIpAddressInputs, "ptrRecord" | "__creation">, ObservedAddress {
  /** The program declares the PTR record: removing it from the program restores the default. */
  managesPtrRecord?: true;
  /** Only for `get`, whose id is the address as the program spells it. */
  address?: string;
  /** The server was stopped for the change and could not be started again: the next update or delete starts it. */
  leftStopped?: true;
}

/** @param knownDefault the default record, if it is known already */
export function observedFrom(response: IpAddressWire, knownDefault?: string): ObservedAddress {
  const { address, family, access, server, floating, ...observed } = addressFromWire(response, knownDefault);
  return observed;
}

/** @param restartError present if the server could not be started again after the change */
export function toState(
  inputs: ServerIpAddressInputs,
  observed: ObservedAddress,
  restartError?: Error,
): ServerIpAddressState {
  const { ptrRecord: declared, __creation, ...rest } = inputs;
  return {
    ...rest,
    ...observed,
    ...(declared !== undefined && { managesPtrRecord: true }),
    ...(restartError !== undefined && { leftStopped: true }),
  };
}

/** The reverse of `toState`, with the observed PTR record as an input, so that a refresh shows drift. */
export function fromState(state: ServerIpAddressState): { inputs: ServerIpAddressInputs; observed: ObservedAddress } {
  const { ptrRecord, managesPtrRecord, leftStopped, address, defaultPtrRecord, partOfPlan, mac, zone, ...inputs } =
    state;
  return {
    inputs: managesPtrRecord ? { ...inputs, ptrRecord } : inputs,
    observed: {
      ptrRecord,
      partOfPlan,
      // Pulumi's protocol has no `undefined`.
      ...(defaultPtrRecord !== undefined && { defaultPtrRecord }),
      ...(mac !== undefined && { mac }),
      ...(zone !== undefined && { zone }),
    },
  };
}
