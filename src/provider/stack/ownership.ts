import { addressKey, isSameAddress } from "../../model/addresses";
import type { PendingOperation, StackState, StateAddress } from "../../state/stackState";

/* What the state of the stack under way says of who has an address. Pure. */

/** The engine notes each operation in the state before it asks for it. So a state that has ours is that of our stack. */
export const isCreating =
  (token: string) =>
  ({ pendingOperations }: StackState): boolean =>
    pendingOperations.some(({ type, inputs }) => type === "creating" && inputs.__creation === token);

/** Or taken over from another life cycle, which is an update. The address is unknown where the state has it encrypted. */
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

/** Tokens of creates that have begun, and whose end was never saved. Includes those under way. */
export const pendingTokensIn = ({ pendingOperations }: StackState): Set<string | undefined> =>
  new Set(pendingOperations.filter(({ type }) => type === "creating").map(({ inputs }) => inputs.__creation));

/** The addresses that the stack's `ServerIpAddress`es have, in one spelling. */
export const idsIn = (state: StackState): Set<string> => new Set(managedIn(state).map(({ id }) => addressKey(id)));

/** The `ServerIpAddress`es of the stack that have the address. */
const holdersOf = (state: StackState, address: string): StateAddress[] =>
  managedIn(state).filter(({ id }) => isSameAddress(id, address));

/**
 * The resource that keeps the address although another resource that has it is deleted; `undefined`: the deletion may
 * release it. Of several resources that have an address, the one that was created last owns it: UpCloud has assigned the
 * address anew, or that resource has adopted it. The others let go of it.
 */
export function remainingOwner(state: StackState, address: string): StateAddress | undefined {
  const holders = holdersOf(state, address);
  if (holders.length === 1) return undefined;
  const newestMs = Math.max(...holders.map(createdMs));
  const isDeleted = (holder: StateAddress) =>
    state.pendingOperations.some((one) => isDeletionOf(one, "ServerIpAddress", address) && isSameResource(one, holder));
  // Without times, as in a state from before 2023, each of them may be the owner.
  return holders.filter((one) => createdMs(one) === newestMs).find((one) => !isDeleted(one));
}

/**
 * The resources of the stack that set the PTR record of the address. One that only looks at it (`get`) does not, nor does a
 * `ServerIpAddress` without a `ptrRecord`.
 */
export const settersOf = ({ addresses }: StackState, address: string): StateAddress[] =>
  addresses.filter(
    ({ id, type, external, previousPtrRecord }) =>
      isSameAddress(id, address) && !external && (type === "PtrRecord" || previousPtrRecord !== undefined),
  );

/** Whether one of them is not being deleted. */
export const recordRemains = (state: StackState, address: string): boolean =>
  settersOf(state, address).some(
    (setter) =>
      !state.pendingOperations.some((one) => isDeletionOf(one, setter.type, address) && isSameResource(one, setter)),
  );

const managedIn = ({ addresses }: StackState) =>
  addresses.filter(({ type, external }) => type === "ServerIpAddress" && !external);

function isDeletionOf(
  { type, resourceType, id }: PendingOperation,
  ofType: PendingOperation["resourceType"],
  address: string,
) {
  return type === "deleting" && resourceType === ofType && id !== undefined && isSameAddress(id, address);
}

const isSameResource = (one: Pick<StateAddress, "urn" | "created">, other: Pick<StateAddress, "urn" | "created">) =>
  one.urn === other.urn && one.created === other.created;

const createdMs = ({ created = "1970-01-01" }: StateAddress) => Date.parse(created);
