/** The part of Jest's result (`jest --json`) that this project reads. */
export interface JestResult {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Test files that did not run, for example because they do not compile. Jest does not count their tests. */
  numRuntimeErrorTestSuites: number;
}

export interface TestCount {
  /** `12 passed, 0 failed`, and `, 3 skipped` if there were any. */
  line: string;
  isSuccess: boolean;
}

/** The count of a run; `undefined` is a run without a result. A failure outside of the tests counts as one failed test. */
export function countTests(result: JestResult | undefined): TestCount {
  if (result === undefined) return { line: "0 passed, 1 failed", isSuccess: false };
  const passed = result.numPassedTests;
  const skipped = result.numPendingTests + result.numTodoTests;
  const failures = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const isSuccess = result.success && failures === 0 && passed > 0;
  const failed = isSuccess ? 0 : Math.max(failures, 1);
  const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  return { line, isSuccess };
}

/** The result of two runs; `undefined` if one has none. */
export function sumOf(a: JestResult | undefined, b: JestResult | undefined): JestResult | undefined {
  if (a === undefined || b === undefined) return undefined;
  return {
    success: a.success && b.success,
    numPassedTests: a.numPassedTests + b.numPassedTests,
    numFailedTests: a.numFailedTests + b.numFailedTests,
    numPendingTests: a.numPendingTests + b.numPendingTests,
    numTodoTests: a.numTodoTests + b.numTodoTests,
    numRuntimeErrorTestSuites: a.numRuntimeErrorTestSuites + b.numRuntimeErrorTestSuites,
  };
}
