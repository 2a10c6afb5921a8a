/** Whether the long form runs: `npm run test:soak`. */
export const isSoak = process.env.SOAK === "1";

const [part = 1, parts = 1] = (process.env.SOAK_PART ?? "1/1").split("/").map(Number);

/**
 * Declares tests of those of all cells that run in this part of the soak: `npm run test:soak -- --part 3/20` runs every 20th.
 * Jest takes a table without rows for a mistake, and a small one may have none for a part.
 */
export function inThisPart<Cell>(cells: readonly Cell[], declare: (cells: Cell[]) => void): void {
  const own = cells.filter((_, index) => index % parts === part - 1);
  if (own.length > 0) declare(own);
}
