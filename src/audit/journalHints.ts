import { AssignmentJournal } from "../journal/assignmentJournal";
import type { JournalEntry } from "../journal/journalEntry";

/** A create in this machine's journal; the address is absent where the answer was never recorded. */
export type JournalHint = Pick<
  JournalEntry,
  "token" | "urn" | "server" | "family" | "access" | "phase" | "address" | "at"
>;

/** Creates that assign: an adoption buys nothing. */
export const journalHints = (env: NodeJS.ProcessEnv): JournalHint[] =>
  AssignmentJournal.of(env)
    .entries()
    .filter(({ adopted }) => !adopted);
