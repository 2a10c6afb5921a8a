import { PtrRecordProvider } from "./ptrRecordProvider";
import { ServerIpAddressProvider } from "./serverIpAddressProvider";
import { Session } from "./session";

/*
 * Pulumi's dynamic-provider process loads this module by name. Its name and the names it exports stand in every state
 * file: they can never change.
 */

const session = new Session({
  env: process.env,
  notify: (line) => console.error(line),
  async readState(stack) {
    const { readStackState } = require("../state/stackState") as typeof import("../state/stackState");
    return (await readStackState({ stack, env: process.env })).addresses;
  },
});

/** The life cycle of `ServerIpAddress`. */
export const serverIpAddress = new ServerIpAddressProvider(session);

/** The life cycle of `PtrRecord`. */
export const ptrRecord = new PtrRecordProvider(session);
