/** Whether the long form runs: `npm run test:soak`. */
export const isSoak = process.env.SOAK === "1";

const [part = 1, parts = 1] = (process.env.SOAK_PART ?? "1/1").split("/").map(Number);

/** Of all cells of a matrix those that run in this part of the soak: `npm run test:soak -- --part 3/20` runs every 20th. */
export const partOf = <Cell>(cells: readonly Cell[]): Cell[] => cells.filter((_, index) => index % parts === part - 1);
