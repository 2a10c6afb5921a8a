import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lacks } from "../../../tools/release/checks";

const ready = {
  version: "1.2.3",
  changelog: "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-23\n",
  tags: ["v1.2.3"],
  changedFiles: [],
  repository: "github:upcloud/addresses",
};

test("a tagged commit with a dated chapter lacks nothing", () => {
  expect(lacks(ready)).toEqual([]);
});

test.each([
  [{ version: "1.2" }, "a semantic version in package.json, got 1.2"],
  [{ changedFiles: [" M README.md", "?? notes.txt"] }, "a commit of README.md, notes.txt"],
  [{ changelog: "## [1.2.3]\n" }, 'a chapter "## [1.2.3] - DATE" in CHANGELOG.md'],
  [{ changelog: "## [1x2.3] - 2026-11-23\n" }, 'a chapter "## [1.2.3] - DATE" in CHANGELOG.md'],
  [{ tags: ["v1.2.2"] }, "the tag v1.2.3 on this commit"],
  [{ repository: undefined }, "the repository in package.json, which npm's provenance names"],
])("one with %j lacks %s", (change, missing) => {
  expect(lacks({ ...ready, ...change })).toContain(missing);
});

test("npm is asked for provenance, and for a public package", () => {
  const { publishConfig } = JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8"));
  expect(publishConfig).toEqual({ access: "public", provenance: true });
});
