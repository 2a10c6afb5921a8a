import { type Entry, entryOf, nameOf } from "../stackEntries";
import type { Attempt, Follower, Trouble } from "./follower";
import { doomed } from "./historyProgram";
import type { Scene } from "./historySteps";

/* What takes more than one operation, whatever becomes of each of them. */

type How = Omit<Attempt, "operation">;

/** Some resources are destroyed. Their addresses cannot be adopted again. */
export async function destroySome(
  follower: Follower,
  how: How,
  which: readonly number[],
  trouble: Trouble,
): Promise<void> {
  const { entries } = follower.engine.stacks[how.of];
  const chosen = new Set(which.flatMap((one) => entries[one % entries.length] ?? []));
  for (const { id } of chosen) follower.model.programs[how.of].adoptNoMore(id);
  const targets = [...chosen].map(nameOf);
  if (targets.length === 0) return;
  await follower.converge({ ...how, isRefreshed: false, operation: "destroy", targets }, trouble);
}

/** Resources are renamed with `adopt` of their addresses, in an operation that cannot end well: both have the address then. */
export async function handOverHalfWay(
  follower: Follower,
  how: How,
  repair: Extract<Scene, { scene: "half-way" }>["repair"],
  trouble: Trouble,
): Promise<void> {
  const { model, engine } = follower;
  const program = model.programs[how.of];
  const { entries } = engine.stacks[how.of];
  const adopts = ({ id }: Entry) => program.resources.some(({ args }) => args.adopt === id);
  const isTakenOut = (entry: Entry) => program.resources.every((one) => entryOf(engine.stacks[how.of], one) !== entry);
  const former = entries.filter((entry) => isTakenOut(entry) && adopts(entry));
  if (former.length === 0) return;
  const failing = [...program.resources, doomed];
  const hasEnded = ({ failures }: { failures: string[] }) =>
    failures.length > 0 && failures.every((failure) => failure.includes(doomed.args.server));
  await follower.converge({ ...how, operation: "up", program: failing }, trouble, undefined, hasEnded);
  if (repair !== "adopt") for (const { id } of former) program.adoptNoMore(id);
  if (repair !== "destroy") return;
  const targets = former.map(nameOf);
  await follower.converge({ ...how, isRefreshed: false, operation: "destroy", targets });
}

/**
 * An address is released outside of Pulumi, and UpCloud assigns it to a new resource of the stack, without a refresh
 * between. The new one owns it: to take the former one out, or to replace it, releases nothing.
 */
export async function loseUnnoticed(follower: Follower, of: 0 | 1, which: number): Promise<void> {
  const { model, engine } = follower;
  const program = model.programs[of];
  const victim = program.resources[which % program.resources.length];
  const entry = victim && entryOf(engine.stacks[of], victim);
  if (victim === undefined || entry === undefined) return;
  const { server, family } = victim.args as { server: never; family: never };
  engine.simulator.account.releaseIpAddress(entry.id);
  program.adoptNoMore(entry.id);
  program.resources = program.resources.filter((one) => one !== victim);
  const ptrRecord = undefined;
  follower.begin(of, { edits: [{ edit: "add", server, family, ptrRecord }], drifts: [] });
  const withBoth = which % 2 === 0 ? [victim, ...program.resources] : [...program.resources, victim];
  await follower.converge({ of, operation: "up", program: withBoth });
  follower.story.push(`${victim.name} has lost ${entry.id} and is taken out`);
  await follower.converge({ of, operation: "up" });
}
