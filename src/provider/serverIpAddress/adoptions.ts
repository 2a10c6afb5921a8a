import { addressKey } from "../../model/addresses";
import type { ServerIpAddressInputs } from "../../model/inputs";
import type { CheckFailure } from "../../model/rules";
import { isUnknown } from "../../model/unknown";

/** Which addresses the program adopts: each once, and none that another of its resources has and keeps. */
export class Adoptions {
  private readonly adopters = new Map<string, string | undefined>();
  private readonly kept = new Set<string>();

  /** @param urn of the resource: a replacement is checked twice */
  failuresOf({ adopt }: Partial<ServerIpAddressInputs>, urn: string | undefined): CheckFailure[] {
    if (adopt === undefined || isUnknown(adopt)) return [];
    const key = addressKey(adopt);
    const isFirst = !this.adopters.has(key) || this.adopters.get(key) === urn;
    if (isFirst && !this.kept.has(key)) {
      this.adopters.set(key, urn);
      return [];
    }
    const who = isFirst ? "a ServerIpAddress of the program has" : "another ServerIpAddress of the program adopts";
    const reason = `expected an address that no other resource of the program has, got "${adopt}", which ${who}: take adopt, or the other resource, out`;
    return [{ property: "adopt", reason }];
  }

  /** Whether a resource of the program says in `adopt` that it has the address. */
  isAdopted(address: string): boolean {
    return this.adopters.has(addressKey(address));
  }

  /** A resource that does not say so in `adopt` has the address and keeps it. */
  keeps(id: string): void {
    this.kept.add(addressKey(id));
    if (!this.adopters.has(addressKey(id))) return;
    throw new Error(
      `The address ${id} belongs to this resource, and another ServerIpAddress of the program adopts it: take adopt, or one of the two resources, out.`,
    );
  }
}
