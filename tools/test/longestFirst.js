// @ts-check
const { default: TestSequencer } = require("@jest/test-sequencer");

/** The engine tests that take longest, the longest first. */
const longestTests = [
  "faults/faultMatrix",
  "package/consumers",
  "package/examples",
  "powerCycle/powerCycle",
  "package/toolchains",
  "faults/histories",
  "package/readme",
  "faults/killMatrix",
  "package/recipes",
  "lifecycle/ownership",
  "powerCycle/parallelism",
  "lifecycle/lifeCycle",
].map((name) => `/test/engine/${name}.test.ts`);

/**
 * By itself Jest would begin with the tests that took longest in the last run, and in a fresh clone, which has had none, with the largest
 * files: it would end with a long test and a core that has nothing to do. The list overrides both.
 */
module.exports = class LongestFirst extends TestSequencer {
  static longestTests = longestTests;

  /**
   * @override
   * @type {TestSequencer["sort"]}
   */
  async sort(tests) {
    const others = (await super.sort(tests)).filter(({ path }) => rankOf(path) < 0);
    const ranked = tests.filter(({ path }) => rankOf(path) >= 0).sort((a, b) => rankOf(a.path) - rankOf(b.path));
    return [...ranked, ...others];
  }
};

/** @param {string} path */
const rankOf = (path) => longestTests.findIndex((file) => path.endsWith(file));
