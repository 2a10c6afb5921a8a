import type { SendCall } from "./call";
import { UpCloudError } from "./errors/upCloudError";
import type { Http } from "./http/http";
import { type Redact, redactError } from "./http/redaction";
import type { ShapeError } from "./responses";

/** Makes the call's result from the body. One that does not fit is an `UpCloudError`: the request may have had an effect. */
export function parseLayer(redact: Redact, next: Http["send"]): SendCall {
  return async (call) => {
    const { status, body } = await next(call);
    try {
      return call.read(body);
    } catch (error) {
      const origin = { cause: redactError(error, redact) };
      if (body === undefined) throw UpCloudError.unreadable(call, status, "an empty body", origin);
      throw UpCloudError.malformed(call, status, redact((error as ShapeError).message), origin);
    }
  };
}
