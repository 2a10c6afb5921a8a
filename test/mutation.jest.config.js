// @ts-check
const [quick] = require("../jest.config").projects;

/**
 * For `npm run mutation`: the tests of the parts that are mutated, as Stryker cannot choose among Jest's projects.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  ...quick,
  rootDir: "..",
  testPathIgnorePatterns: ["/node_modules/"],
  testMatch: [
    "<rootDir>/test/{api,model}/*.test.ts",
    "<rootDir>/test/provider/serverIpAddress/*.test.ts",
    "<rootDir>/test/docs/errorPages.test.ts",
  ],
};
