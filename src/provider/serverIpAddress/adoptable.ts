import type { IpAddressWire } from "../../api/wire";
import { isSameNetwork } from "../../model/addresses";
import type { ServerIpAddressInputs } from "../../model/inputs";

type Wanted = Pick<ServerIpAddressInputs, "server" | "access">;

/** The address. Throws if a resource with these inputs cannot adopt it. */
export function adoptable(adopt: string, found: IpAddressWire | undefined, { server, access }: Wanted): IpAddressWire {
  if (found === undefined) {
    throw new Error(`There is no address ${adopt} in the UpCloud account: correct \`adopt\`, or remove it.`);
  }
  if (found.floating === "yes") {
    throw new Error(
      `Address ${found.address} is floating, and a ServerIpAddress cannot adopt it: remove \`adopt\`, and use PtrRecord for floating addresses.`,
    );
  }
  const differences = [
    ...(found.server === server ? [] : [`server ${server}, got ${found.server ?? "none"}`]),
    ...(isSameNetwork(found.access, access) ? [] : [`access "${access}", got "${found.access}"`]),
  ];
  if (differences.length === 0) return found;
  throw new Error(
    `Expected the adopted address ${found.address} to have ${differences.join(", and ")}: correct the inputs, or adopt another address.`,
  );
}
