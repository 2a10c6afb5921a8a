import { inspect } from "node:util";
import { RunError } from "@pulumi/pulumi";

/**
 * A look-up that failed, in words for people: Pulumi ends the program and shows the message without a stack.
 *
 * Pulumi hangs the promise that failed on the error, and inspects every error that nobody catches. Through the promise
 * Node's `inspect` walks the whole runtime of the program, its connections too, which takes Pulumi half a minute and more.
 * So this error says itself what there is to see.
 */
export class LookUpError extends RunError {
  override readonly name = "LookUpError";

  constructor(message: string) {
    super(message);
    // Of an error that a resource is given for an input Pulumi shows the stack all the same.
    this.stack = message;
  }

  [inspect.custom](): string {
    return this.message;
  }
}
