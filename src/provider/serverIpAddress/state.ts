import type { IpAddressWire } from "../../api/wire";
import { addressFromWire } from "../../model/addressFromWire";
import type { ServerIpAddressInputs } from "../../model/inputs";

/** What UpCloud returns of an address. The address itself is the resource's id, and is stored nowhere else. */
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
  /** The program declares the PTR record, so removing it from the program restores the default. */
  managesPtrRecord?: true;
  /** Only of an address that `get` reads, whose id stays as it was given. */
  address?: string;
  /** The server was stopped for the change and could not be started again: the next update starts it. */
  leftStopped?: true;
}

/** What the state holds of UpCloud's response. @param knownDefault the default record, where it is known already */
export function observedFrom(answer: IpAddressWire, knownDefault?: string): ObservedAddress {
  const { address, family, access, server, floating, ...observed } = addressFromWire(answer, knownDefault);
  return observed;
}

/** @param restartError the server was stopped for the change, and could not be started again */
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

/** The reverse of `toState`. The PTR record among the inputs is the observed one: so a refresh shows drift. */
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
