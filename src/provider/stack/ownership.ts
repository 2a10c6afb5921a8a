import { addressKey, isSameAddress } from "../../model/addresses";
import type { PendingOperation, StackState, StateAddress } from "../../state/stackState";

/* Who has an address, according to the stack's state. Pure. */

/*
 * The engine writes each pending operation into the state before it calls the provider. So a state that shows our operation is
 * our stack's.
 */
export const isCreating =
  (token: string) =>
  ({ pendingOperations }: StackState): boolean =>
    pendingOperations.some(({ type, inputs }) => type === "creating" && inputs.__creation === token);

/** A create, or the update that takes over another provider's state. An encrypted address matches every one. */
export const isCreatingRecordOf =
  (address: string) =>
  ({ pendingOperations }: StackState): boolean =>
    pendingOperations.some(
      ({ type, resourceType, inputs }) =>
        ["creating", "updating"].includes(type) &&
        resourceType === "PtrRecord" &&
        (inputs.address === undefined || isSameAddress(inputs.address, address)),
    );

export const isDeleting =
  (resourceType: PendingOperation["resourceType"], address: string) =>
  ({ pendingOperations }: StackState): boolean =>
    pendingOperations.some((one) => isDeletionOf(one, resourceType, address));

/** Tokens of creates whose result was not saved: interrupted, or still under way. */
export const pendingTokensIn = ({ pendingOperations }: StackState): Set<string | undefined> =>
  new Set(pendingOperations.filter(({ type }) => type === "creating").map(({ inputs }) => inputs.__creation));

/** The keys of the addresses that the stack's `ServerIpAddress`es have. */
export const idsIn = (state: StackState): Set<string> => new Set(managedIn(state).map(({ id }) => addressKey(id)));

/**
 * A resource that keeps the address when another resource with the same address is deleted; `undefined`: the deletion may
 * release it. Several resources have one address if UpCloud assigned it again, or if one of them adopted it. It is released with
 * the last of them.
 */
export function remainingHolder(state: StackState, address: string): StateAddress | undefined {
  const holders = managedIn(state).filter(({ id }) => isSameAddress(id, address));
  return holders.length === 1 ? undefined : holders.find((one) => !isBeingDeleted(one, state));
}

/** The stack's resources that set the PTR record of the address: no `get`, and no `ServerIpAddress` without `ptrRecord`. */
export const settersOf = ({ addresses }: StackState, address: string): StateAddress[] =>
  addresses.filter(
    ({ id, type, external, previousPtrRecord }) =>
      isSameAddress(id, address) && !external && (type === "PtrRecord" || previousPtrRecord !== undefined),
  );

/** Whether one of `settersOf` is not being deleted. */
export const recordRemains = (state: StackState, address: string): boolean =>
  settersOf(state, address).some((one) => !isBeingDeleted(one, state));

const managedIn = ({ addresses }: StackState) =>
  addresses.filter(({ type, external }) => type === "ServerIpAddress" && !external);

function isDeletionOf(
  { type, resourceType, id }: PendingOperation,
  ofType: PendingOperation["resourceType"],
  address: string,
) {
  return type === "deleting" && resourceType === ofType && id !== undefined && isSameAddress(id, address);
}

/** By its time of creation too: a resource that is being replaced is in the state twice. */
const isBeingDeleted = ({ type, urn, id, created }: StateAddress, { pendingOperations }: StackState): boolean =>
  pendingOperations.some((one) => isDeletionOf(one, type, id) && one.urn === urn && one.created === created);
