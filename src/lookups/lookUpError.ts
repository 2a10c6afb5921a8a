import { inspect } from "node:util";
import { RunError } from "@pulumi/pulumi";

/**
 * A failed look-up, with a message for users: Pulumi ends the program and shows the message without a stack trace.
 *
 * Pulumi attaches the failed promise to the error, and inspects every uncaught error. Through the promise Node's `inspect`
 * walks the program's whole runtime, connections included, which takes half a minute and more. So this error provides its
 * own inspection.
 */
export class LookUpError extends RunError {
  override readonly name = "LookUpError";

  constructor(message: string) {
    super(message);
    // Pulumi shows the stack anyway when the failed look-up is an input of a resource.
    this.stack = message;
  }

  [inspect.custom](): string {
    return this.message;
  }
}
