import type { Config } from "jest";
import { quick } from "../jest.config";

/** For `npm run mutation`: the tests of the parts that are mutated, as Stryker cannot choose among Jest's projects. */
const config: Config = {
  ...quick,
  rootDir: "..",
  testPathIgnorePatterns: ["/node_modules/"],
  testMatch: [
    "<rootDir>/test/{api,model}/*.test.ts",
    "<rootDir>/test/provider/serverIpAddress/*.test.ts",
    "<rootDir>/test/docs/errorPages.test.ts",
  ],
};

export default config;
