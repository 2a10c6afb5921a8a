import type { ApiVersion } from "../../api/wire";

/** What a version of the API calls the internal network. */
export function internalAccess(version: ApiVersion): "private" | "utility" {
  return version === "1.2" ? "private" : "utility";
}
