import { explain } from "../../src/api/errors/explanations";
import { printable } from "../../src/api/errors/printable";
import {
  hadNoEffect,
  isForbidden,
  isTransient,
  mayStillTakeEffect,
  UpCloudError,
} from "../../src/api/errors/upCloudError";
import { describeConnectionError } from "../../src/api/http/connectionErrors";

const request = { method: "GET", path: "/1.2/ip_address", context: {} } as const;
const refused = (status: number, code?: string) => UpCloudError.refused(request, { status, code }, "");

test.each<[string, UpCloudError, { passes: boolean; hasNoEffect: boolean }]>([
  ["a refusal by UpCloud's rules", refused(409), { passes: false, hasNoEffect: true }],
  ["a full rate limiter", refused(429), { passes: true, hasNoEffect: true }],
  ["the last of the 4xx", refused(499), { passes: false, hasNoEffect: true }],
  ["a request that came in too slowly", refused(408), { passes: true, hasNoEffect: false }],
  ["a failure inside UpCloud", refused(500), { passes: true, hasNoEffect: false }],
  ["half an answer", UpCloudError.unreadable(request, 200, "half"), { passes: true, hasNoEffect: false }],
  ["no answer", UpCloudError.unanswered(request, "reset"), { passes: true, hasNoEffect: false }],
  ["no connection", UpCloudError.unconnected(request, "refused"), { passes: true, hasNoEffect: true }],
  ["no trust", UpCloudError.untrusted(request, "host", "self-signed"), { passes: false, hasNoEffect: true }],
  ["a redirect", UpCloudError.redirected(request, 302, "https://x.example/"), { passes: false, hasNoEffect: true }],
  ["a request that was not sent", UpCloudError.unsent(request, "too late"), { passes: true, hasNoEffect: true }],
])("%s is told apart by whether it passes and had an effect", (_, error, { passes, hasNoEffect }) => {
  expect(isTransient(error)).toBe(passes);
  expect(hadNoEffect(error)).toBe(hasNoEffect);
});

test.each<[string, unknown, boolean]>([
  ["a proxy that gave up waiting", refused(504), true],
  ["a proxy that gave up waiting, in its own word for it", refused(524), true],
  ["a request that came in too slowly", refused(408), true],
  ["no answer within the time", UpCloudError.unanswered(request, "it took longer than 2 s", { timedOut: true }), true],
  ["half an answer within the time", UpCloudError.unreadable(request, 201, "half", { timedOut: true }), true],
  ["half a page of a proxy that gave up waiting", UpCloudError.unreadable(request, 504, "half"), true],
  [
    "the same failure with a sentence more",
    UpCloudError.unanswered(request, "too long", { timedOut: true }).withNote("So."),
    true,
  ],
  ["a connection that broke", UpCloudError.unanswered(request, "other side closed"), false],
  ["half an answer of a connection that broke", UpCloudError.unreadable(request, 201, "half"), false],
  ["an unreadable answer", UpCloudError.unreadable(request, 200, "an empty body"), false],
  ["a failure inside UpCloud", refused(500), false],
  ["a proxy without a connection", refused(502), false],
  ["an overloaded UpCloud", refused(503), false],
  ["a full rate limiter", refused(429), false],
  ["a refusal by UpCloud's rules", refused(409), false],
  ["no connection", UpCloudError.unconnected(request, "refused"), false],
  ["a request that was not sent", UpCloudError.unsent(request, "too late"), false],
  ["a fault of our own", Object.assign(new Error("no"), { timedOut: true }), false],
])("%s is told apart by whether the request may still take effect", (_, error, expected) => {
  expect(mayStillTakeEffect(error)).toBe(expected);
});

test("what is no failure of UpCloud neither passes nor is certain to have had no effect", () => {
  expect(isTransient(new Error("no"))).toBe(false);
  expect(hadNoEffect(new Error("no"))).toBe(false);
});

test("only ACTION_FORBIDDEN is the user's own lack of a right", () => {
  expect(isForbidden(refused(403, "ACTION_FORBIDDEN"))).toBe(true);
  expect(isForbidden(refused(403, "IP_ADDRESS_FORBIDDEN"))).toBe(false);
  expect(isForbidden(refused(403))).toBe(false);
  expect(isForbidden(new Error("ACTION_FORBIDDEN"))).toBe(false);
});

test.each([
  ["SERVER_INVALID", "UpCloud does not take the value as the UUID of a server: copy the UUID"],
  ["IP_ADDRESS_INVALID", "UpCloud does not take the value as an IP address"],
  ["PTR_RECORD_INVALID", "UpCloud does not take the value as the PTR record of the address"],
  ["SERVER_STATE_ILLEGAL", "and the server of the address is not"],
  ["INSUFFICIENT_CREDITS", "too few credits to go on with the server"],
  ["ACTION_FORBIDDEN", "no right to do this with the account"],
])("%s of a request about nothing in particular is told without a name", (code, words) => {
  expect(explain(400, code, {}).message).toContain(words);
});

test.each([
  ["its message", { message: "connect ECONNREFUSED", code: "ECONNREFUSED" }, "connect ECONNREFUSED"],
  ["its code where it has no message", { message: "", code: "ECONNREFUSED" }, "ECONNREFUSED"],
  ["itself where it has neither", "closed", "closed"],
  [
    "OpenSSL's reason",
    { code: "EPROTO", message: "write EPROTO 80C8:error:0A00010B:SSL routines", reason: "wrong version number" },
    "TLS could not be established with api.example.com (wrong version number): an address that begins with https:// needs a port that speaks TLS",
  ],
  [
    "its code where OpenSSL gives no reason",
    { code: "ERR_SSL_PACKET_LENGTH_TOO_LONG", message: "0A0000C6:SSL routines" },
    "TLS could not be established with api.example.com (ERR_SSL_PACKET_LENGTH_TOO_LONG): an address that begins with https:// needs a port that speaks TLS",
  ],
])("what broke a connection is told by %s", (_, cause, description) => {
  expect(describeConnectionError(cause, "api.example.com")).toBe(description);
});

test.each([
  ["a colour of the terminal", "\u001b[31mred", "\\u001b[31mred"],
  ["line breaks and a tab", "a\r\nb\tc", "a\\r\\nb\\tc"],
  ["a line separator", "a\u2028b", "a\\u2028b"],
  ["a turn of the direction", "a\u202eb", "a\\u202eb"],
  ["a control character beyond the first plane", "a\u{e0001}b", "a\\udb40\\udc01b"],
  ["an escape of before", "a\\u001bb", "a\\u001bb"],
  ["letters of any language", "pölkky 木", "pölkky 木"],
])("%s is shown without effect", (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("a sentence more keeps the cause", () => {
  const cause = new Error("other side closed");
  const error = UpCloudError.unanswered(request, "closed", { cause, timedOut: true }).withNote("So.");
  expect(error).toMatchObject({ failure: "unanswered", timedOut: true });
  expect(error.cause).toBe(cause);
});

test("an error without a cause has no property for one", () => {
  expect("cause" in refused(409)).toBe(false);
  expect("cause" in refused(409).withNote("So.")).toBe(false);
});
