import { addressKey } from "../../model/addresses";
import type { ServerIpAddressInputs } from "../../model/inputs";
import type { CheckFailure } from "../../model/rules";
import { isUnknown } from "../../model/unknown";

type Adopting = Partial<Pick<ServerIpAddressInputs, "adopt">>;

/** Which addresses the program adopts: each once, and none that another of its resources keeps. */
export class Adoptions {
  /** By address: the URN of the resource that adopts it. */
  private readonly adopters = new Map<string, string | undefined>();
  private readonly kept = new Set<string>();

  /** Registers the resource as the adopter, unless there is another. A replacement is checked twice, with the same URN. */
  claim({ adopt }: Adopting, urn: string | undefined): void {
    if (adopt === undefined || isUnknown(adopt)) return;
    const key = addressKey(adopt);
    if (!this.kept.has(key) && !this.adopters.has(key)) this.adopters.set(key, urn);
  }

  /** After `claim`: why the resource cannot adopt its address. */
  conflicts({ adopt }: Adopting, urn: string | undefined): CheckFailure[] {
    if (adopt === undefined || isUnknown(adopt)) return [];
    const key = addressKey(adopt);
    const isAdoptedElsewhere = this.adopters.has(key) && this.adopters.get(key) !== urn;
    if (!isAdoptedElsewhere && !this.kept.has(key)) return [];
    const who = isAdoptedElsewhere
      ? "another ServerIpAddress of the program adopts"
      : "a ServerIpAddress of the program has";
    const reason = `expected an address that no other resource of the program has, got "${adopt}", which ${who}: remove \`adopt\`, or the other resource`;
    return [{ property: "adopt", reason }];
  }

  /** Whether a resource of the program adopts the address. */
  isAdopted(address: string): boolean {
    return this.adopters.has(addressKey(address));
  }

  /** Registers that a resource without `adopt` keeps the address. Throws if another one adopts it. */
  claimKept(id: string): void {
    this.kept.add(addressKey(id));
    if (!this.isAdopted(id)) return;
    throw new Error(
      `Address ${id} belongs to this resource, and another ServerIpAddress of the program adopts it: remove \`adopt\`, or one of the two resources.`,
    );
  }
}
