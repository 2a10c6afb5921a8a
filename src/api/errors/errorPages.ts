import type { ExplainedCode } from "./explanations";

/** The pages of docs/errors: one for each code of UpCloud that is explained, and one for each failure of our own. */
export type ErrorPage = ExplainedCode | (typeof ownPages)[number];

/** Failures without a code of UpCloud; in lower case, which UpCloud's codes never are. */
export const ownPages = ["lost-answer", "server-not-started", "another-account"] as const;

/** The last sentence of a message. The page comes with the installed package, so it is there without a network. */
export const seePage = (page: ErrorPage): string => `See docs/errors/${page}.md of pulumi-upcloud-ip.`;
