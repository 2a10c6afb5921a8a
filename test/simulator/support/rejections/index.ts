import { badRequests } from "./badRequests";
import { conflicts } from "./conflicts";
import { floatingRows } from "./floating";
import { notAllowed } from "./notAllowed";
import type { Row } from "./request";

/** Every request that the API rejects, except those for another version. */
export const rows: Row[] = [
  ...badRequests,
  ...notAllowed,
  ...conflicts,
  ...floatingRows.map(
    ([when, request, body, outcome, more]): Row => [when, request, body, outcome, { ...more, only: "1.3" }],
  ),
];
