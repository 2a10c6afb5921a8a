import { connect } from "node:net";
import { inspect } from "node:util";
import { createRedact, redactError } from "../../../src/api/http/redaction";

const redact = createRedact({ token: "ucat_secret" });
const shown = (error: unknown) => inspect(error, { depth: 20, showHidden: true });

test("a token is removed wherever it occurs", () => {
  expect(redact("Bearer ucat_secret, ucat_secret")).toBe("Bearer [redacted], [redacted]");
});

test("a password is removed as it is, in a URL, and with its user as Basic sends it", () => {
  const redactPassword = createRedact({ username: "user", password: "p@ss word" });
  expect(redactPassword("p@ss word p%40ss%20word dXNlcjpwQHNzIHdvcmQ=")).toBe("[redacted] [redacted] [redacted]");
});

test("an empty secret removes nothing", () => {
  expect(createRedact({ username: "demo", password: "" })("as it was")).toBe("as it was");
});

test("the copy of an error keeps name, message, code, stack and causes, without the credentials", () => {
  const inner = Object.assign(new TypeError("inner ucat_secret"), { code: "E_ucat_secret" });
  const copy = redactError(new Error("outer ucat_secret", { cause: inner }), redact);
  expect(copy).toMatchObject({ name: "Error", message: "outer [redacted]" });
  expect(copy.stack).toContain("redaction.test.ts");
  expect(copy.cause).toMatchObject({ name: "TypeError", message: "inner [redacted]", code: "E_[redacted]" });
  expect(shown(copy)).not.toContain("ucat_secret");
});

test("the copy of an error leaves out every other property", () => {
  const error = Object.assign(new Error("no"), { data: "Bearer ucat_secret", request: { token: "ucat_secret" } });
  expect(shown(redactError(error, redact))).not.toContain("ucat_secret");
});

test("the copy of several errors in one keeps each", () => {
  const copy = redactError(new AggregateError([new Error("a ucat_secret"), new Error("b")], ""), redact);
  expect(copy).toMatchObject({ name: "AggregateError", message: "" });
  expect((copy as AggregateError).errors.map(({ message }) => message)).toEqual(["a [redacted]", "b"]);
});

test("an error of Node keeps its code", async () => {
  const error = await new Promise((resolve) => connect(1, "127.0.0.1").once("error", resolve));
  expect(redactError(error, redact)).toMatchObject({
    code: "ECONNREFUSED",
    message: "connect ECONNREFUSED 127.0.0.1:1",
  });
});

test.each([
  ["ended by ucat_secret", "ended by [redacted]"],
  [undefined, "undefined"],
  [null, "null"],
])("%p, thrown in place of an error, becomes one", (thrown, message) => {
  expect(redactError(thrown, redact).message).toBe(message);
});
