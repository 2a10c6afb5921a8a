/** The keys of this package in a stack's configuration, without `upcloud:`; those of `Provider` too. */
export const configurationKeys = [
  "token",
  "username",
  "password",
  "apiBaseUrl",
  "apiVersion",
  "requestTimeout",
  "powerCycle",
] as const;

/** Keys of `@upcloud/pulumi-upcloud`, which has the same namespace. */
const keysOfOthers = ["requestTimeoutSec", "retryMax", "retryWaitMaxSec", "retryWaitMinSec"];

/** The full keys of the namespace that nobody reads. */
export const unknownKeysIn = (keys: readonly string[]): string[] =>
  keys.filter((key) => {
    const [namespace, name = ""] = key.split(":");
    return namespace === "upcloud" && ![...configurationKeys, ...keysOfOthers].includes(name);
  });

/** Where a `Provider` keeps its settings for look-ups, which run in the program: an Output of `upcloud:` keys. */
export const settingsOfProvider = Symbol.for("pulumi-upcloud-ip: settings of a provider");

/** The key under which an explicit provider has its name, for messages. */
export const providerNameKey = "upcloud:providerName";
