/** The version of this package. */
// biome-ignore lint/style/noCommonJs: package.json is outside of the sources, which TypeScript does not import.
export const { version: packageVersion } = require("../../../package.json") as { version: string };
