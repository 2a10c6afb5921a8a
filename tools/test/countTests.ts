/** What this project reads of the result that `jest --json` writes. */
export interface JestResult {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Test files that could not be run at all, for example because they do not compile. None of their tests is counted. */
  numRuntimeErrorTestSuites: number;
}

export interface TestCount {
  /** `12 passed, 0 failed`, and `, 3 skipped` where some were. */
  line: string;
  isSuccess: boolean;
}

/** The count of a run; `undefined` is a run that left no result. What went wrong without a failed test counts as one. */
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
