import { resourceNameIn, stackNameIn } from "../state/urns";
import type { Audit, Finding, Shared, Suspect } from "./audit";
import { phraseOf } from "./reasons";
import { table } from "./table";

export interface ReportOptions {
  /** Whether to list the other addresses; otherwise they are only counted. */
  all: boolean;
}

/** The report for people: one line for each address, by reason and server, and each explanation once. */
export function report(
  { managed, shared, suspects, possible, unattached, others }: Audit,
  { all }: ReportOptions,
): string {
  const managing = `These stacks manage ${plural(managed, "address", "addresses")} of the account`;
  const parts = [
    ...(shared.length > 0 ? [sharedSection(shared)] : []),
    headline(suspects.length),
    ...tables(suspects),
    ...(suspects.length > 0 ? [advice, ...notesOn(suspects)] : []),
    ...(possible.length > 0 ? [possibleHeadline(possible.length), ...tables(possible)] : []),
    ...(unattached.length > 0 ? [unattachedHeadline(unattached.length), table(unattached)] : []),
    ...(others.length === 0 ? [`${managing}.`] : [`${managing}, but not these:`]),
    ...(others.length > 0 ? (all ? tables(others) : [counts(others), hint]) : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The report for scripts, described by `docs/audit.schema.json`. */
export function jsonReport(
  { managed, shared, suspects, possible, unattached, others }: Audit,
  { all }: ReportOptions,
): string {
  const found = {
    shared,
    suspects,
    possible,
    unattached,
    managedCount: managed,
    otherCount: others.length,
    ...(all && { others }),
  };
  return `${JSON.stringify(found, null, 2)}\n`;
}

function sharedSection(shared: readonly Shared[]): string {
  const lines = shared.map(
    ({ address, resources }) =>
      `  ${address}  ${resources.map((urn) => `"${resourceNameIn(urn)}" of stack "${stackNameIn(urn)}"`).join(", ")}`,
  );
  const head = `${plural(shared.length, "address belongs", "addresses belong")} to several resources. Only one can own it: remove the others with \`pulumi state delete\`:`;
  return [head, "", ...lines].join("\n");
}

function headline(count: number): string {
  if (count === 0) return "No address looks like the result of an interrupted create.";
  return `${plural(count, "address looks", "addresses look")} like the result of an interrupted create:`;
}

const possibleHeadline = (count: number) =>
  `${plural(count, "address", "addresses")} may be the result of an interrupted create, or belong to something else, such as a stack that\n` +
  "is not given here: find out who uses them. To shorten this list, pass --stack NAME for each stack of the account.";

const unattachedHeadline = (count: number) =>
  `${plural(count, "floating address is", "floating addresses are")} attached to no server, such as \`releasePolicy: "keep"\` leaves. A PtrRecord can manage the PTR record:`;

const advice = `To keep one of them, add \`adopt: "ADDRESS"\` to the arguments of a ServerIpAddress with the same server, family and access,
and run \`pulumi up\`. To remove one, release it in UpCloud's control panel while the server is stopped.`;

const hint = "To list them, pass --all.";

/** What matters for some of the suspects only. */
function notesOn(suspects: readonly Suspect[]): string[] {
  const isTaken = suspects.some(({ resource }) => resource?.has !== undefined);
  const isPerhapsOwn = suspects.some(({ mayBeServersOwn }) => mayBeServersOwn);
  return [
    ...(isTaken
      ? ["A resource that has another address now would release that one: to keep both, adopt in a new resource."]
      : []),
    ...(isPerhapsOwn
      ? ["An IPv6 address may also be the one that its server was created with: compare before you adopt it."]
      : []),
  ];
}

/** A table for each reason. */
const tables = (findings: readonly Suspect[] | readonly Finding[]): string[] =>
  [...byReason(findings)].map(([phrase, found]) => `  ${capitalized(phrase)}:\n\n${table(found)}`);

/** The number of addresses for each reason. */
const counts = (others: readonly Finding[]): string =>
  [...byReason(others)].map(([phrase, { length }]) => `${String(length).padStart(4)}  ${phrase}`).join("\n");

function byReason(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const phrase = phraseOf(finding);
    groups.set(phrase, [...(groups.get(phrase) ?? []), finding]);
  }
  return groups;
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const plural = (count: number, one: string, several: string) => `${count} ${count === 1 ? one : several}`;
