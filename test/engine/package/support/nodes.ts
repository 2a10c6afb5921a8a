/** The major versions of Node that consumers have. The workflow that checks each commit runs everything on them. */
export const nodes = ["20", "22", "24"] as const;
