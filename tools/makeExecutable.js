// @ts-check
/** The last step of `npm run build`: the commands can be run by their files. Windows goes by the name, and ignores the mode. */
const { chmodSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

for (const file of Object.values(bin)) chmodSync(join(root, file), 0o755);
