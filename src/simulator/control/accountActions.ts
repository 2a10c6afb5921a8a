import { readObject, unexpectedValue } from "../model/checks";
import type { Account } from "./account";

/** A change to the account: a function or, over HTTP, the name of a method of `Account` and its arguments. */
export type AccountAction =
  | ((account: Account) => void)
  | {
      /** The name of the method. */
      verb: AccountVerb;
      /** Its arguments. */
      with: readonly unknown[];
    };

const verbs = [
  "assignIpAddress",
  "modifyIpAddress",
  "releaseIpAddress",
  "moveIpAddress",
  "giveIpAddressAway",
  "startServer",
  "stopServer",
  "setServerState",
  "setGuest",
  "deleteServer",
  "giveServerAway",
  "limitZone",
] as const satisfies readonly (keyof Account)[];
/** The methods of `Account` that change something. */
export type AccountVerb = (typeof verbs)[number];

/** Checks an action that a user wrote. */
export function readAction(value: unknown): AccountAction {
  if (typeof value === "function") return value as (account: Account) => void;
  const given = readObject(value, "The fault's act", ["verb", "with"]);
  const verb = verbs.find((name) => name === given.verb);
  if (verb === undefined) throw unexpectedValue("The act's verb", given.verb, `one of ${verbs.join(", ")}`);
  if (!Array.isArray(given.with)) throw unexpectedValue("The act's with", given.with, "the arguments, as an array");
  return { verb, with: given.with };
}

export function performAction(account: Account, action: AccountAction): void {
  if (typeof action === "function") action(account);
  else (account[action.verb] as (...parameters: unknown[]) => unknown)(...action.with);
}
