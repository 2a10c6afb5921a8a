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

/** Publishes each tag `vVERSION`, as npm's trusted publisher of the package. */
export const releaseWorkflow = ".github/workflows/release.yml";

/** What publishing from here still needs; empty if nothing is missing. npm's trusted publishing trusts one workflow, and stores no token. */
export function missingForPublish(env: NodeJS.ProcessEnv, npmVersion: string): string[] {
  const [major = 0, minor = 0, patch = 0] = npmVersion.split(".").map(Number);
  const knowsTrustedPublishing = major > 11 || (major === 11 && (minor > 5 || (minor === 5 && patch >= 1)));
  return [
    ...(env.ACTIONS_ID_TOKEN_REQUEST_URL === undefined ? [`the workflow ${releaseWorkflow}: push the tag`] : []),
    ...(knowsTrustedPublishing ? [] : [`npm 11.5.1 or newer, got ${npmVersion}`]),
  ];
}
