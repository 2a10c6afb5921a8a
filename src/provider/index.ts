import { ServerIpAddressProvider } from "./serverIpAddressProvider";
import { Session } from "./session";

/*
 * Pulumi's dynamic-provider process loads this module by name. Its name and the names it exports stand in every state
 * file: they can never change.
 */

const session = new Session({
  env: process.env,
  notify: (line) => console.error(line),
  async addressesIn(stack) {
    const { readStackState } = require("../state/stackState") as typeof import("../state/stackState");
    const { addresses } = await readStackState({ stack, env: process.env });
    return addresses.filter(({ type, external }) => type === "ServerIpAddress" && !external).map(({ id }) => id);
  },
});

/** The life cycle of `ServerIpAddress`. */
export const serverIpAddress = new ServerIpAddressProvider(session);
