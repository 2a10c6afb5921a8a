import { printable } from "../../api/errors/printable";

/** An invalid configuration. The message names the key and what is expected, and never contains a credential. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";

  constructor(message: string) {
    super(printable(message));
  }

  /** The same, in the words of an explicit provider's arguments. */
  ofProvider(name: string): ConfigurationError {
    const Same = this.constructor as typeof ConfigurationError;
    return new Same(
      `Provider "${name}": ${this.message
        .replace(/upcloud:(\w+)/g, "$1")
        .replace("the stack's configuration", "the provider's arguments")
        .replace(configCommand, "set token")}`,
    );
  }
}

/** Advice that sets the stack's configuration. */
const configCommand = /run `pulumi config set[^`]*`/;

/** Nothing is wrong with what there is. */
export class MissingCredentialsError extends ConfigurationError {}
