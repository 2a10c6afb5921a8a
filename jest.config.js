// @ts-check
const { availableParallelism } = require("node:os");

/** @typedef {import("jest").Config} Config */

/** @satisfies {Config} */
const shared = {
  testEnvironment: "node",
  transform: { "\\.ts$": ["ts-jest", { diagnostics: false }] },
  moduleFileExtensions: ["ts", "js", "json", "node"],
};

const isWindows = process.platform === "win32";

/** They start shell scripts in place of npm, Go or Pulumi, send signals, expect paths as POSIX writes them, or count the others. */
const posixTests = [
  "/test/audit/command.test",
  "/test/state/(pulumiCli|operationState).test",
  "/test/simulator/cli.test",
  "/test/tools/(setUp|childProcess|test/projects).test",
  "/test/tools/(pulumiCli/|demo/pulumi.test)",
];
if (isWindows) console.warn(`Left out, because they need a POSIX system: ${posixTests.join(", ")}`);

/** Random histories, and tests that wait for real time or real processes: more than half of the time of all quick tests. `npm run check` leaves them out. */
const thoroughTests = [
  "/test/simulator/(cli|determinism|model).test.ts",
  "/test/tools/(setUp|build).test.ts",
  "/test/api/http/connections.test.ts",
  "/test/provider/serverIpAddress/check.fuzz.test.ts",
  "/test/provider/(histories|assign/repeatedCreates|powerCycle/twoProviders).test.ts",
];

const ignored = ["/node_modules/", ...(isWindows ? posixTests : [])];

/** @satisfies {Config} */
const quick = {
  ...shared,
  displayName: "quick",
  testMatch: ["<rootDir>/test/!(engine)/**/*.test.ts"],
  // Of the settings that select tests, only this one leaves some out: a testMatch with `!<rootDir>` has no effect.
  testPathIgnorePatterns: [...ignored, ...thoroughTests],
};

const whole = { statements: 100, branches: 100, functions: 100, lines: 100 };

/** @type {Config} */
const config = {
  projects: [
    quick,
    { ...shared, displayName: "thorough", testRegex: thoroughTests, testPathIgnorePatterns: ignored },
    {
      ...shared,
      displayName: "engine",
      testMatch: ["<rootDir>/test/engine/**/*.test.ts"],
      globalSetup: "<rootDir>/test/engine/support/globalSetup.ts",
      setupFilesAfterEnv: ["<rootDir>/test/engine/support/setUpFile.ts"],
    },
  ],
  testSequencer: "<rootDir>/tools/test/longestFirst.js",
  // Only for a test that hangs: Jest's own 5 s are over for some on a computer that is busy. The engine tests have longer.
  testTimeout: 60_000,
  // One more than there are cores, since engine tests wait for part of their time.
  maxWorkers: availableParallelism() + 1,
  // In the soak some stacks wait for minutes, until what is lost is asked for again.
  maxConcurrency: process.env.SOAK === "1" ? 8 : 5,
  // The table of all files would hide what failed: it is in coverage/index.html.
  coverageReporters: ["text-summary", "html"],
  // Of the quick tests alone. Left out is what runs in other processes, under the engine tests.
  collectCoverageFrom: [
    "src/**/*.ts",
    // Declarations: the program's process.
    "!src/resources/*.ts",
    // Entry points: the provider's process, and the commands'.
    "!src/provider/index.ts",
    "!src/{audit,simulator}/cli.ts",
  ],
  ...(!isWindows && {
    coverageThreshold: {
      "./src/api/": whole,
      "./src/provider/serverIpAddress/check.ts": whole,
      "./src/model/inputRules.ts": whole,
      "./src/model/rules.ts": whole,
      "./src/provider/serverIpAddress/state.ts": whole,
      global: { statements: 95, branches: 95, functions: 95, lines: 95 },
    },
  }),
};

module.exports = config;
