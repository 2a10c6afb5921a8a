import { messageOf } from "../../model/messageOf";

/**
 * Runs a step of the life cycle and lets a failure out as Pulumi may show it: the plugin prints `${error}: ${error.stack}`
 * for check, diff, read and delete, and a user has no use for our stack.
 */
export async function presentErrors<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw plain(cause);
  }
}

/**
 * The error by which the engine saves a resource as partly created or updated: id and properties go into the state, the
 * reason is shown, and the next `pulumi up` runs update. The engine takes the properties as they are, so `__provider`
 * has to be among them, or the resource could never be updated or deleted again.
 */
export function initFailed(cause: unknown, id: string, state: object, inputs: object): Error {
  const { __provider } = inputs as { __provider?: string };
  const error = plain(cause);
  return Object.assign(error, { id, properties: { ...state, __provider }, reasons: [error.message] });
}

function plain(cause: unknown): Error {
  const error = new Error(messageOf(cause));
  error.stack = error.message;
  error.toString = () => "pulumi-upcloud-ip";
  return error;
}
