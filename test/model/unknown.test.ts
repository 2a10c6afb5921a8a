import { unknownValue } from "../../src/model/unknown";

test("the value that stands for an unknown one is the SDK's", () => {
  const sdk = require("@pulumi/pulumi/runtime/rpc") as { unknownValue: string };
  expect(unknownValue).toBe(sdk.unknownValue);
});
