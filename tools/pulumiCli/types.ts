import type { PulumiCommand } from "@pulumi/pulumi/automation";

/** Where a Pulumi CLI may come from. `obtain` rejects with an error whose message is the reason why it has none. */
export interface PulumiCliSource {
  name: string;
  obtain(): Promise<PulumiCommand>;
}

/** A Pulumi CLI to install. */
export interface PulumiCliInstallation {
  version: string;
  /** An empty folder, to be filled with bin/pulumi and its companions. */
  root: string;
  /** A folder for everything else; removed afterwards. */
  scratch: string;
  /** The folders to find programs in, as in PATH. */
  path: string;
}
