import { printable } from "../../api/errors/printable";

/** An invalid configuration. The message names the key and what is expected, and never contains a credential. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";

  constructor(message: string) {
    super(printable(message));
  }
}
