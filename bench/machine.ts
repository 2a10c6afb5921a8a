import { cpus } from "node:os";

/** What the figures were measured on, such as `2 x AMD EPYC, Node 22.1.0, Pulumi 3.274.1`. */
export const machineWith = ({ version }: { version: unknown }): string =>
  `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, Pulumi ${version}`;
