import { MissingCredentialsError } from "../../model/configuration/configurationError";
import { configurationKeys } from "../../model/configuration/keys";
import { messageOf } from "../../model/messageOf";
import { nearestName } from "../../model/nearestName";
import type { CheckFailure } from "../../model/rules";

/* What a preview says about the configuration. */

/** The failure names the key itself: the engine would look for a property of the resource. */
export function configurationFailures(read: () => void): CheckFailure[] {
  try {
    read();
    return [];
  } catch (error) {
    return error instanceof MissingCredentialsError ? [] : [{ property: "", reason: messageOf(error) }];
  }
}

export const notCheckedMessage = (error: unknown): string =>
  `not checked against the account: ${messageOf(error).replace(/\.$/, "")}`;

export function unknownKeyMessage(key: string): string {
  const nearest = nearestName(key.slice("upcloud:".length), configurationKeys);
  const advice =
    nearest === undefined
      ? `remove it, or use one of ${configurationKeys.join(", ")}.`
      : `did you mean upcloud:${nearest}?`;
  return `${key} in the stack's configuration is not a key of pulumi-upcloud-ip and has no effect: ${advice}`;
}
