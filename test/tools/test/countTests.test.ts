import { countTests, type JestResult, sumOf } from "../../../tools/test/countTests";

const allPassed: JestResult = {
  success: true,
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};

test.each<[string, JestResult | undefined, string, boolean]>([
  ["every test passed", allPassed, "12 passed, 0 failed", true],
  ["a test failed", { ...allPassed, success: false, numFailedTests: 2 }, "12 passed, 2 failed", false],
  [
    "a test file does not compile",
    { ...allPassed, success: false, numRuntimeErrorTestSuites: 1 },
    "12 passed, 1 failed",
    false,
  ],
  [
    "a test failed and two test files do not compile",
    { ...allPassed, success: false, numFailedTests: 1, numRuntimeErrorTestSuites: 2 },
    "12 passed, 3 failed",
    false,
  ],
  ["tests were skipped", { ...allPassed, numPendingTests: 2, numTodoTests: 1 }, "12 passed, 0 failed, 3 skipped", true],
  ["no test ran", { ...allPassed, numPassedTests: 0 }, "0 passed, 1 failed", false],
  [
    "every test was skipped",
    { ...allPassed, numPassedTests: 0, numPendingTests: 4 },
    "0 passed, 1 failed, 4 skipped",
    false,
  ],
  ["Jest failed for another reason", { ...allPassed, success: false }, "12 passed, 1 failed", false],
  ["Jest left no result", undefined, "0 passed, 1 failed", false],
])("when %s, the last line says so", (_situation, result, line, isSuccess) => {
  expect(countTests(result)).toEqual({ line, isSuccess });
});

test("the sum of two runs succeeds only if both do, and counts the tests of both", () => {
  expect(sumOf(allPassed, allPassed)).toMatchObject({ success: true, numPassedTests: 24 });
  expect(sumOf(allPassed, { ...allPassed, success: false, numFailedTests: 1 })).toMatchObject({
    success: false,
    numPassedTests: 24,
    numFailedTests: 1,
  });
  expect(sumOf(allPassed, undefined)).toBeUndefined();
});
