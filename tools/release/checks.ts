/** What the checks look at. */
export interface Checkout {
  version: string;
  changelog: string;
  /** The tags of the commit. */
  tags: readonly string[];
  /** `git status --porcelain`: one line for each file that differs from the commit. */
  changedFiles: readonly string[];
  /** The field of package.json, which npm's provenance compares with where the package is built. */
  repository: unknown;
}

/** What the checkout still needs before its version can be published; empty if nothing is missing. */
export function missingForRelease({ version, changelog, tags, changedFiles, repository }: Checkout): string[] {
  const chapter = new RegExp(`^## \\[${version.replaceAll(".", "\\.")}\\] - \\d{4}-\\d{2}-\\d{2}$`, "m");
  return [
    ...(/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) ? [] : [`a semantic version in package.json, got ${version}`]),
    ...(changedFiles.length === 0 ? [] : [`a commit of ${changedFiles.map((line) => line.slice(3)).join(", ")}`]),
    ...(chapter.test(changelog) ? [] : [`a chapter "## [${version}] - DATE" in CHANGELOG.md`]),
    ...(tags.includes(`v${version}`) ? [] : [`the tag v${version} on this commit`]),
    ...(repository === undefined ? ["the repository in package.json, which npm's provenance names"] : []),
  ];
}
