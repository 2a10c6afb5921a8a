import type { OperationState } from "../state/operationState";
import { PtrRecordProvider } from "./ptrRecord/provider";
import { ServerIpAddressProvider } from "./serverIpAddress/provider";
import { Session } from "./session";

/*
 * Pulumi's dynamic-provider process loads this module by name. The names of the module and of its exports are in every state
 * file and can never change. See decisions/0001-name-the-life-cycle.md.
 */

let operationState: OperationState | undefined;

const session = new Session({
  env: process.env,
  notify: (line) => console.error(line),
  async readState(location, isOfThisOperation) {
    // biome-ignore lint/style/noCommonJs: loaded by the first read, since most operations need no state.
    const { OperationState } = require("../state/operationState") as typeof import("../state/operationState");
    operationState ??= new OperationState(process.env);
    return operationState.read(location, isOfThisOperation);
  },
});

/** The lifecycle of `ServerIpAddress`. */
export const serverIpAddress = new ServerIpAddressProvider(session);

/** The lifecycle of `PtrRecord`. */
export const ptrRecord = new PtrRecordProvider(session);
