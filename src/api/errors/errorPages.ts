import type { ExplainedCode } from "./explanations";

/** The pages of docs/errors: one for each explained code of UpCloud, and one for each failure of this package. */
export type ErrorPage = ExplainedCode | (typeof ownPages)[number];

/** Failures without a code of UpCloud. Their names are in lower case; UpCloud's codes never are. */
export const ownPages = [
  "lost-answer",
  "server-not-started",
  "another-account",
  "proxy",
  "untrusted-certificate",
] as const;

/** The last sentence of a message. The page comes with the package, at a path that a terminal opens in the program's folder. */
export const seePage = (page: ErrorPage): string => `See node_modules/pulumi-upcloud-ip/docs/errors/${page}.md.`;
