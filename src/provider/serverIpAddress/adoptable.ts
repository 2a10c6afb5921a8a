import type { IpAddressWire } from "../../api/wire";
import { isSameNetwork } from "../../model/addresses";
import type { ServerIpAddressInputs } from "../../model/inputs";

type Wanted = Pick<ServerIpAddressInputs, "server" | "access">;

/** The address, where a resource with these inputs can adopt it. Otherwise throws what is to be corrected. */
export function adoptable(adopt: string, answer: IpAddressWire | undefined, { server, access }: Wanted): IpAddressWire {
  if (answer === undefined) {
    throw new Error(`There is no address ${adopt} in the UpCloud account: correct \`adopt\`, or remove it.`);
  }
  if (answer.floating === "yes") {
    throw new Error(
      `Address ${answer.address} is floating, and a ServerIpAddress cannot adopt it: remove \`adopt\`, and use PtrRecord for floating addresses.`,
    );
  }
  const differences = [
    ...(answer.server === server ? [] : [`server ${server}, got ${answer.server ?? "none"}`]),
    ...(isSameNetwork(answer.access, access) ? [] : [`access "${access}", got "${answer.access}"`]),
  ];
  if (differences.length === 0) return answer;
  throw new Error(
    `Expected the adopted address ${answer.address} to have ${differences.join(", and ")}: correct the inputs, or adopt another address.`,
  );
}
