import { readFileSync } from "node:fs";
import { join } from "node:path";
import { missingForPublish, missingForRelease } from "../../../tools/release/checks";

const ready = {
  version: "1.2.3",
  changelog: "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-23\n",
  tags: ["v1.2.3"],
  changedFiles: [],
  repository: "github:upcloud/addresses",
};

test("a tagged commit with a dated chapter has everything for a release", () => {
  expect(missingForRelease(ready)).toEqual([]);
});

test.each([
  [{ version: "1.2" }, "a semantic version in package.json, got 1.2"],
  [{ changedFiles: [" M README.md", "?? notes.txt"] }, "a commit of README.md, notes.txt"],
  [{ changelog: "## [1.2.3]\n" }, 'a chapter "## [1.2.3] - DATE" in CHANGELOG.md'],
  [{ changelog: "## [1x2.3] - 2026-11-23\n" }, 'a chapter "## [1.2.3] - DATE" in CHANGELOG.md'],
  [{ tags: ["v1.2.2"] }, "the tag v1.2.3 on this commit"],
  [{ repository: undefined }, "the repository in package.json, which npm's provenance names"],
])("a checkout with %j lacks %s", (change, missing) => {
  expect(missingForRelease({ ...ready, ...change })).toContain(missing);
});

test("the package is published as public and with provenance", () => {
  const { publishConfig } = JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8"));
  expect(publishConfig).toEqual({ access: "public", provenance: true });
});

const inWorkflow = { ACTIONS_ID_TOKEN_REQUEST_URL: "https://example.com" };

test.each(["11.5.1", "11.10.0", "12.0.0"])("the release workflow publishes with npm %s", (version) => {
  expect(missingForPublish(inWorkflow, version)).toEqual([]);
});

test.each([
  [{}, "11.6.0", "the workflow .github/workflows/release.yml: push the tag"],
  [inWorkflow, "11.5.0", "npm 11.5.1 or newer, got 11.5.0"],
  [inWorkflow, "10.9.2", "npm 11.5.1 or newer, got 10.9.2"],
])("publishing with %j and npm %s lacks %s", (env, version, missing) => {
  expect(missingForPublish(env, version)).toEqual([missing]);
});
