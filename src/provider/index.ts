import { ServerIpAddressProvider } from "./serverIpAddressProvider";
import { Session } from "./session";

/*
 * Pulumi's dynamic-provider process loads this module by name. Its name and the names it exports stand in every state
 * file: they can never change.
 */

const session = new Session(process.env, (line) => console.error(line));

/** The life cycle of `ServerIpAddress`. */
export const serverIpAddress = new ServerIpAddressProvider(session);
