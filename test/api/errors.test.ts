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

test.each<[string, UpCloudError, { isTransient: boolean; hadNoEffect: boolean }]>([
  ["a refusal by UpCloud's rules", refused(409), { isTransient: false, hadNoEffect: true }],
  ["a full rate limiter", refused(429), { isTransient: true, hadNoEffect: true }],
  ["the last of the 4xx", refused(499), { isTransient: false, hadNoEffect: true }],
  ["a request that arrived too slowly", refused(408), { isTransient: true, hadNoEffect: false }],
  ["an internal error of UpCloud", refused(500), { isTransient: true, hadNoEffect: false }],
  ["a truncated response", UpCloudError.unreadable(request, 200, "half"), { isTransient: true, hadNoEffect: false }],
  ["no response", UpCloudError.unanswered(request, "reset"), { isTransient: true, hadNoEffect: false }],
  ["no connection", UpCloudError.unconnected(request, "refused"), { isTransient: true, hadNoEffect: true }],
  ["no trust", UpCloudError.untrusted(request, "host", "self-signed"), { isTransient: false, hadNoEffect: true }],
  [
    "a redirect",
    UpCloudError.redirected(request, 302, "https://x.example/"),
    { isTransient: false, hadNoEffect: true },
  ],
  ["a request that was not sent", UpCloudError.unsent(request, "too late"), { isTransient: true, hadNoEffect: true }],
])("%s is classified by whether it is transient and had no effect", (_, error, expected) => {
  expect({ isTransient: isTransient(error), hadNoEffect: hadNoEffect(error) }).toEqual(expected);
});

test.each<[string, unknown, boolean]>([
  ["a proxy that gave up waiting", refused(504), true],
  ["a proxy that gave up waiting, in its own word for it", refused(524), true],
  ["a request that arrived too slowly", refused(408), true],
  [
    "no response within the time",
    UpCloudError.unanswered(request, "it took longer than 2 s", { timedOut: true }),
    true,
  ],
  ["a truncated response within the time", UpCloudError.unreadable(request, 201, "half", { timedOut: true }), true],
  ["a truncated page of a proxy that gave up waiting", UpCloudError.unreadable(request, 504, "half"), true],
  [
    "the same failure with a sentence more",
    UpCloudError.unanswered(request, "too long", { timedOut: true }).withNote("So."),
    true,
  ],
  ["a connection that broke", UpCloudError.unanswered(request, "other side closed"), false],
  ["a truncated response of a connection that broke", UpCloudError.unreadable(request, 201, "half"), false],
  ["an unreadable response", UpCloudError.unreadable(request, 200, "an empty body"), false],
  ["an internal error of UpCloud", refused(500), false],
  ["a proxy without a connection", refused(502), false],
  ["an overloaded UpCloud", refused(503), false],
  ["a full rate limiter", refused(429), false],
  ["a refusal by UpCloud's rules", refused(409), false],
  ["no connection", UpCloudError.unconnected(request, "refused"), false],
  ["a request that was not sent", UpCloudError.unsent(request, "too late"), false],
  ["an error of another kind", Object.assign(new Error("no"), { timedOut: true }), false],
])("%s is classified by whether the request may still take effect", (_, error, expected) => {
  expect(mayStillTakeEffect(error)).toBe(expected);
});

test("an error of another kind is neither transient nor certain to have had no effect", () => {
  expect(isTransient(new Error("no"))).toBe(false);
  expect(hadNoEffect(new Error("no"))).toBe(false);
});

test("only ACTION_FORBIDDEN means that the user lacks permission", () => {
  expect(isForbidden(refused(403, "ACTION_FORBIDDEN"))).toBe(true);
  expect(isForbidden(refused(403, "IP_ADDRESS_FORBIDDEN"))).toBe(false);
  expect(isForbidden(refused(403))).toBe(false);
  expect(isForbidden(new Error("ACTION_FORBIDDEN"))).toBe(false);
});

test.each([
  ["SERVER_INVALID", "UpCloud does not accept the value as the UUID of a server: copy the UUID"],
  ["IP_ADDRESS_INVALID", "UpCloud does not accept the value as an IP address"],
  ["PTR_RECORD_INVALID", "UpCloud does not accept the value as the PTR record of the address"],
  ["SERVER_STATE_ILLEGAL", "and the server of the address is not"],
  ["INSUFFICIENT_CREDITS", "too few credits for the server"],
  ["ACTION_FORBIDDEN", "lacks permission for this action on the account"],
])("%s of a request without a context is explained without a name", (code, words) => {
  expect(explain(400, code, {}).message).toContain(words);
});

test.each([
  ["its message", { message: "connect ECONNREFUSED", code: "ECONNREFUSED" }, "connect ECONNREFUSED"],
  ["its code where it has no message", { message: "", code: "ECONNREFUSED" }, "ECONNREFUSED"],
  ["itself where it has neither", "closed", "closed"],
  [
    "its message without Node's advice",
    {
      message: "self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca",
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    },
    "self-signed certificate",
  ],
  [
    "OpenSSL's reason",
    { code: "EPROTO", message: "write EPROTO 80C8:error:0A00010B:SSL routines", reason: "wrong version number" },
    "the TLS handshake with api.example.com failed (wrong version number): an https:// address needs a port that speaks TLS",
  ],
  [
    "its code where OpenSSL gives no reason",
    { code: "ERR_SSL_PACKET_LENGTH_TOO_LONG", message: "0A0000C6:SSL routines" },
    "the TLS handshake with api.example.com failed (ERR_SSL_PACKET_LENGTH_TOO_LONG): an https:// address needs a port that speaks TLS",
  ],
])("a broken connection is described by %s", (_, cause, description) => {
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
])("%s is escaped or kept", (_, text, shown) => {
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
