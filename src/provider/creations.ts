import { randomBytes, randomUUID } from "node:crypto";

/**
 * Which resource a create is about: Pulumi tells create neither the name nor the stack, and check, where the declaration
 * hands them over, not the id. So check leaves a mark among the inputs, which no other create of any operation has.
 */
export class Creations {
  private readonly urns = new Map<string, string>();

  mark(urn: string): string {
    const mark = randomBytes(6).toString("base64url");
    this.urns.set(mark, urn);
    return mark;
  }

  /** A create that nobody has declared has a name of its own, by which no later one finds it. */
  urnOf(mark: string | undefined): string {
    return (mark !== undefined && this.urns.get(mark)) || `unnamed:${randomUUID()}`;
  }
}
