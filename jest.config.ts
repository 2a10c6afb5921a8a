import type { Config } from "jest";

const shared = {
  testEnvironment: "node",
  transform: { "\\.ts$": ["ts-jest", { diagnostics: false }] },
  moduleFileExtensions: ["ts", "js", "json", "node"],
} satisfies Config;

const config: Config = {
  projects: [
    {
      ...shared,
      displayName: "quick",
      testMatch: ["<rootDir>/test/{unit,api,state,audit,simulator,tools}/**/*.test.ts"],
    },
    {
      ...shared,
      displayName: "engine",
      testMatch: ["<rootDir>/test/engine/**/*.test.ts"],
      globalSetup: "<rootDir>/test/engine/support/globalSetup.ts",
      setupFilesAfterEnv: ["<rootDir>/test/engine/support/timeout.ts"],
    },
  ],
  // Engine tests wait for other processes most of the time.
  maxWorkers: 2,
  collectCoverageFrom: ["src/**/*.ts"],
  // Of the quick tests alone: declarations and entry points run in other processes, under the engine tests.
  coverageThreshold: { global: { statements: 90, branches: 85, functions: 90, lines: 91 } },
};

export default config;
