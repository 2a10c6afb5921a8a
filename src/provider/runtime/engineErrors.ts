import { messageOf } from "../../model/messageOf";

/**
 * Runs a lifecycle step and formats its failure for the user. The engine shows the message at the resource; for check, diff, read
 * and delete, the plugin also prints `${error}: ${error.stack}` below the stack, where a stack trace or the message again would not help.
 */
export async function presentErrors<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw plain(cause);
  }
}

/**
 * The error that makes the engine save a resource as partially created or updated: it saves id and properties, shows the
 * reason, and runs update at the next `pulumi up`. The properties must include `__provider`, or the resource could never be
 * updated or deleted.
 */
export function initFailed(cause: unknown, id: string, state: object, inputs: object): Error {
  const { __provider } = inputs as { __provider?: string };
  const error = plain(cause);
  return Object.assign(error, { id, properties: { ...state, __provider }, reasons: [error.message] });
}

function plain(cause: unknown): Error {
  const error = new Error(messageOf(cause));
  error.stack = "failed, for the reason given at the resource.";
  error.toString = () => "pulumi-upcloud-ip";
  return error;
}
