import { randomUUID } from "node:crypto";

/**
 * Which resource a create is about: Pulumi tells create neither the name nor the stack, and check, where the declaration
 * hands them over, not the id. So check leaves a mark among the inputs. It means something within one operation only.
 */
export class Creations {
  private readonly urns = new Map<string, string>();

  mark(urn: string): string {
    const mark = String(this.urns.size + 1);
    this.urns.set(mark, urn);
    return mark;
  }

  /** A create that nobody has declared has a name of its own, by which no later one finds it. */
  urnOf(mark: string | undefined): string {
    return (mark !== undefined && this.urns.get(mark)) || `unnamed:${randomUUID()}`;
  }
}
