import type { Call, SendCall } from "./call";
import { isVersionRefused } from "./errors/upCloudError";
import type { ApiVersion } from "./wire";

export interface VersionOptions {
  /** The version to begin with. */
  apiVersion: ApiVersion;
  /** Called once when UpCloud refuses API 1.2 and the client goes on with 1.3. */
  onVersionChange?: (from: ApiVersion, to: ApiVersion) => void;
}

/** A call in a version of the API; its path comes without the version. */
export type CallInVersion<T> = (version: ApiVersion) => Call<T>;

/** Speaks one version of the API. When UpCloud refuses 1.2, sends the call again in 1.3: a refused version had no effect. */
export function versionLayer({ apiVersion, onVersionChange }: VersionOptions, next: SendCall) {
  let current = apiVersion;

  return async function send<T>(inVersion: CallInVersion<T>): Promise<T> {
    const used = current;
    const call = inVersion(used);
    try {
      return await next({ ...call, path: `/${used}${call.path}` });
    } catch (error) {
      if (used !== "1.2" || !isVersionRefused(error)) throw error;
      if (current === used) {
        current = "1.3";
        onVersionChange?.(used, current);
      }
      return send(inVersion);
    }
  };
}
