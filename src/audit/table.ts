import type { Finding, Suspect } from "./audit";

type Row = Finding & Partial<Suspect>;

interface Column {
  head: string;
  of(finding: Row): string;
}

const columns: Column[] = [
  { head: "SERVER", of: ({ server = "none" }) => server },
  { head: "ADDRESS", of: ({ address }) => address },
  { head: "FAMILY", of: ({ family }) => family },
  { head: "ACCESS", of: ({ access }) => access },
  { head: "PTR RECORD", of: ({ ptrRecord }) => ptrRecord },
  { head: "RESOURCE", of: ({ resource }) => (resource === undefined ? "" : resourceCell(resource)) },
  { head: "ASSIGNED AT", of: ({ at = "" }) => at },
];

/** The addresses of each server together, under the server's first line. Columns without a value are left out. */
export function table(findings: readonly Row[]): string {
  const rows = byServer(findings);
  const shown = columns.filter(({ of }) => rows.some((row) => of(row) !== ""));
  const widths = shown.map(({ head, of }) => Math.max(head.length, ...rows.map((row) => of(row).length)));
  const line = (cells: string[]) => `    ${cells.map((cell, at) => cell.padEnd(widths[at] as number)).join("  ")}`;
  const cellsOf = (row: Row, at: number) => {
    const [server = "", ...others] = shown.map(({ of }) => of(row));
    return [rows[at - 1]?.server === row.server && at > 0 ? "" : server, ...others];
  };
  const lines = [shown.map(({ head }) => head), ...rows.map(cellsOf)].map(line);
  return lines.map((text) => text.trimEnd()).join("\n");
}

function byServer(findings: readonly Row[]): Row[] {
  const groups = new Map<string | undefined, Row[]>();
  for (const finding of findings) groups.set(finding.server, [...(groups.get(finding.server) ?? []), finding]);
  return [...groups.values()].flat();
}

const resourceCell = ({ name, has }: NonNullable<Finding["resource"]>) =>
  has === undefined ? `"${name}"` : `"${name}", which has ${has} now`;
