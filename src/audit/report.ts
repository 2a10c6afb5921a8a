import { resourceNameIn, stackNameIn } from "../state/urns";
import type { Audit, Finding, Possible, Shared, Suspect } from "./audit";

export interface ReportOptions {
  /** Whether to list the other addresses; otherwise they are only counted. */
  all: boolean;
}

/** The report for people. */
export function report({ managed, shared, suspects, possible, others }: Audit, { all }: ReportOptions): string {
  const parts = [headline(suspects.length)];
  if (shared.length > 0) parts.unshift(sharedSection(shared));
  if (suspects.length > 0) parts.push(table(suspects, proposalLines));
  if (possible.length > 0) parts.push(possibleHeadline(possible.length), table(possible, proposalLines));
  if (suspects.length + possible.length > 0) parts.push(advice);
  const managing = `These stacks manage ${plural(managed, "address", "addresses")} of the account`;
  if (others.length === 0) parts.push(`${managing}.`);
  else
    parts.push(
      `${managing}, but not these:`,
      all ? table(others, reasonLines) : counts(others),
      ...(all ? [] : [hint]),
    );
  return `${parts.join("\n\n")}\n`;
}

/** The report for scripts: the same addresses as in `report`. */
export function jsonReport({ managed, shared, suspects, possible, others }: Audit, { all }: ReportOptions): string {
  const found = {
    shared,
    suspects,
    possible,
    managedCount: managed,
    otherCount: others.length,
    ...(all && { others }),
  };
  return `${JSON.stringify(found, null, 2)}\n`;
}

function sharedSection(shared: readonly Shared[]): string {
  const lines = shared.flatMap(({ address, resources }) => [
    `  ${address}`,
    ...resources.map((urn) => `      "${resourceNameIn(urn)}" of stack "${stackNameIn(urn)}"`),
  ]);
  const head = `${plural(shared.length, "address belongs", "addresses belong")} to several resources. Only one can own it: remove the others with \`pulumi state delete\`:`;
  return [head, "", ...lines].join("\n");
}

function headline(count: number): string {
  if (count === 0) return "No address looks like the result of an interrupted create.";
  return `${plural(count, "address looks", "addresses look")} like the result of an interrupted create:`;
}

const possibleHeadline = (count: number) =>
  `${plural(count, "address", "addresses")} may be the result of an interrupted create, or belong to something else, such as a stack that\n` +
  "is not given here (to shorten this list, pass --stack NAME for each stack of the account):";

const advice = `To keep an address, add its line to the arguments of a ServerIpAddress with the same server, family and access,
and run \`pulumi up\`. To remove one, release it in UpCloud's control panel while the server is stopped.`;

const hint = "To list them, pass --all.";

/** The number of addresses for each reason. */
function counts(others: readonly Finding[]): string {
  const byReason = new Map<string, number>();
  for (const { why } of others) byReason.set(why, (byReason.get(why) ?? 0) + 1);
  return [...byReason].map(([why, count]) => `  ${count}  ${why}`).join("\n");
}

function table<T extends Finding>(findings: readonly T[], below: (finding: T) => string[]): string {
  const widths = columns.map(({ head, of }) => Math.max(head.length, ...findings.map((one) => of(one).length)));
  const line = (cellOf: (column: Column) => string) =>
    columns.map((column, index) => cellOf(column).padEnd(widths[index] as number)).join("  ");
  const entries = findings.flatMap((finding) => [line(({ of }) => of(finding)), ...below(finding).map(indent)]);
  return [line(({ head }) => head), ...entries].map((text) => `  ${text.trimEnd()}`).join("\n");
}

interface Column {
  head: string;
  of(finding: Finding): string;
}

const columns: Column[] = [
  { head: "ADDRESS", of: ({ address }) => address },
  { head: "FAMILY", of: ({ family }) => family },
  { head: "ACCESS", of: ({ access }) => access },
  { head: "SERVER", of: ({ server = "none" }) => server },
  { head: "PTR RECORD", of: ({ ptrRecord }) => ptrRecord },
];

function proposalLines({ why, adopt, resource }: Possible & Pick<Suspect, "resource">): string[] {
  const forWhom = resource === undefined ? "" : `   in "${resource.name}"`;
  const taken =
    resource?.has === undefined
      ? []
      : [
          `"${resource.name}" now has ${resource.has}, which adopting would release: to keep both, adopt in a new resource`,
        ];
  return [`why:  ${why}`, `line: ${adopt}${forWhom}`, ...taken.map((text) => `note: ${text}`)];
}

const reasonLines = ({ why }: Finding): string[] => [why];

const indent = (line: string) => `    ${line}`;

const plural = (count: number, one: string, several: string) => `${count} ${count === 1 ? one : several}`;
