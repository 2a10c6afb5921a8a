import { UpCloudError } from "../../src/api/errors/upCloudError";
import { retryPolicy } from "../../src/api/retryPolicy";

type Failed = (request: { method: string; path: string; context: object }) => UpCloudError;

const refused =
  (status: number, code?: string, retryAfterMs?: number): Failed =>
  (request) =>
    UpCloudError.refused(request, { status, code, retryAfterMs }, "");
const unconnected: Failed = (request) => UpCloudError.unconnected(request, "connect ECONNREFUSED");
const unanswered: Failed = (request) => UpCloudError.unanswered(request, "other side closed");
const unreadable: Failed = (request) => UpCloudError.unreadable(request, 200, "an empty body");

const failedBy = (method: string, failed: Failed) => failed({ method, path: "/1.2/ip_address", context: {} });

const again = [["GET", "PUT", "PATCH", "DELETE"]] as const;
const always = [["GET", "PUT", "PATCH", "DELETE", "POST"]] as const;
const never = [[]] as const;

type Row = [string, Failed, readonly [readonly string[]]];

const table: Row[] = [
  ["no connection", unconnected, always],
  ["429", refused(429), always],
  ["429 TOO_MANY_REQUESTS", refused(429, "TOO_MANY_REQUESTS"), always],

  ["no answer", unanswered, again],
  ["an unreadable answer", unreadable, again],
  ["500", refused(500), again],
  ["502", refused(502), again],
  ["503", refused(503), again],
  ["504", refused(504), again],
  ["408", refused(408), again],
  ...[520, 521, 522, 523, 524].map((status): Row => [String(status), refused(status), again]),
  ["503 SERVICE_ERROR", refused(503, "SERVICE_ERROR"), again],
  ["503 SERVER_STATE_ILLEGAL", refused(503, "SERVER_STATE_ILLEGAL"), again],
  ["500 IP_ADDRESS_RESOURCES_UNAVAILABLE", refused(500, "IP_ADDRESS_RESOURCES_UNAVAILABLE"), again],

  ["no trust", (request) => UpCloudError.untrusted(request, "host", "self-signed"), never],
  ["302", (request) => UpCloudError.redirected(request, 302, "https://x.example/"), never],
  ["304", refused(304), never],
  ["400 SERVER_INVALID", refused(400, "SERVER_INVALID"), never],
  ["400 API_VERSION_OBSOLETE", refused(400, "API_VERSION_OBSOLETE"), never],
  ["401 AUTHENTICATION_FAILED", refused(401, "AUTHENTICATION_FAILED"), never],
  ["402 INSUFFICIENT_CREDITS", refused(402, "INSUFFICIENT_CREDITS"), never],
  ["403 IP_ADDRESS_FORBIDDEN", refused(403, "IP_ADDRESS_FORBIDDEN"), never],
  ["404 IP_ADDRESS_NOT_FOUND", refused(404, "IP_ADDRESS_NOT_FOUND"), never],
  ["409 SERVER_STATE_ILLEGAL", refused(409, "SERVER_STATE_ILLEGAL"), never],
  ["409 IP_ADDRESS_RESOURCES_UNAVAILABLE", refused(409, "IP_ADDRESS_RESOURCES_UNAVAILABLE"), never],
  ["501", refused(501), never],
  ["505", refused(505), never],
  ["519", refused(519), never],
  ["525", refused(525), never],
];
const methods = ["GET", "PUT", "PATCH", "DELETE", "POST"];

describe.each(table)("%s", (_, failed, [repeated]) => {
  test.each(methods)("%s is sent again only where that is safe", (method) => {
    const expected = repeated.includes(method) ? { afterMs: 0 } : undefined;
    expect(retryPolicy(failedBy(method, failed))).toEqual(expected);
  });
});

test.each([429, 503])("a %i that asks to wait is repeated after that time", (status) => {
  expect(retryPolicy(failedBy("GET", refused(status, undefined, 7000)))).toEqual({ afterMs: 7000 });
});

test("a time to wait makes no refusal repeatable", () => {
  expect(retryPolicy(failedBy("GET", refused(409, undefined, 7000)))).toBeUndefined();
  expect(retryPolicy(failedBy("POST", refused(503, undefined, 7000)))).toBeUndefined();
});
