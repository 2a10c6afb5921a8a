import { unknownValue } from "../../src/model/unknown";

test("the constant for unknown values equals the SDK's", () => {
  const sdk = require("@pulumi/pulumi/runtime/rpc") as { unknownValue: string };
  expect(unknownValue).toBe(sdk.unknownValue);
});
