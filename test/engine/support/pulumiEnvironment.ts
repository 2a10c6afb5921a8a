import { join } from "node:path";

/** What keeps a Pulumi CLI to the `home`, `state` and `tmp` of a directory. */
export const pulumiEnvironment = (directory: string) => ({
  PULUMI_HOME: join(directory, "home"),
  // Pulumi's language host leaves its pipes behind.
  TMPDIR: join(directory, "tmp"),
  PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
  PULUMI_CONFIG_PASSPHRASE: "a passphrase",
  PULUMI_SKIP_UPDATE_CHECK: "true",
  // Nothing but localhost is reached, and Node reads a company's certificates at each of the starts in an operation.
  NODE_EXTRA_CA_CERTS: "",
});
