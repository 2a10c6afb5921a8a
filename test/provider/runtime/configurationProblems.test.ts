import { unknownKeyMessage } from "../../../src/provider/runtime/configurationProblems";

test.each([
  ["upcloud:tokn", "did you mean upcloud:token?"],
  ["upcloud:apiBaseURL", "did you mean upcloud:apiBaseUrl?"],
  [
    "upcloud:zone",
    "remove it, or use one of token, username, password, apiBaseUrl, apiVersion, requestTimeout, powerCycle.",
  ],
])("%s: %s", (key, advice) => {
  expect(unknownKeyMessage(key)).toBe(
    `${key} in the stack's configuration is not a key of pulumi-upcloud-ip and has no effect: ${advice}`,
  );
});
