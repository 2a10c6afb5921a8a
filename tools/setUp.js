// @ts-check
/**
 * The first step of `npm run demo`, `npm test` and `npm run check`: checks the version of Node, and installs the
 * dependencies of package-lock.json. Plain JavaScript without dependencies, because a fresh clone has none.
 */
const minimumNode = [20, 18, 1];

if (isOlder(process.versions.node, minimumNode)) {
  fail(`This project needs Node ${minimumNode.join(".")} or newer; this is Node ${process.versions.node}.`);
}

// Required here, not at the top: a Node that is refused above may not know "node:" names.
const { spawnSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");

if (!dependenciesAreInstalled()) installDependencies();

/** Compares npm's own record of node_modules with package-lock.json. */
function dependenciesAreInstalled() {
  const wanted = lockedPackages("package-lock.json");
  if (wanted === undefined) fail("package-lock.json is missing or damaged: restore it, then run this command again.");
  const installed = lockedPackages("node_modules/.package-lock.json");
  return installed !== undefined && Object.entries(wanted).every(([path, one]) => isInstalled(one, installed[path]));
}

/**
 * @param {LockedPackage} wanted
 * @param {LockedPackage | undefined} installed
 */
function isInstalled(wanted, installed) {
  // npm does not install the optional packages of other platforms.
  if (installed === undefined) return wanted.optional === true;
  return installed.version === wanted.version && installed.link === wanted.link;
}

/**
 * @typedef {{ version?: string, link?: boolean, optional?: boolean }} LockedPackage
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function lockedPackages(file) {
  try {
    const { "": _thisProject, ...packages } = JSON.parse(readFileSync(join(root, file), "utf8")).packages;
    return packages;
  } catch {
    return undefined;
  }
}

function installDependencies() {
  console.error(
    "Installing the dependencies of package-lock.json (npm ci): about a minute, or two until npm gives up where there is no network …",
  );
  // --include=dev: the tools are development dependencies, whatever NODE_ENV says. The log level of an outer
  // `npm --silent` would hide the reason for a failure.
  const npmCi = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--include=dev", "--loglevel=error"], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (npmCi.error) fail(`npm could not be started (${npmCi.error.message}): install npm, it comes with Node.`);
  if (npmCi.status !== 0) fail(`${npmCi.stdout}${npmCi.stderr}\nnpm ci failed; its own report is above.`);
}

/**
 * @param {string} version
 * @param {number[]} minimum
 */
function isOlder(version, minimum) {
  const parts = version.split(".").map(Number);
  const index = minimum.findIndex((number, position) => number !== parts[position]);
  return index >= 0 && Number(parts[index]) < Number(minimum[index]);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}
