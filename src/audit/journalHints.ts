import { AssignmentJournal } from "../journal/assignmentJournal";
import type { JournalEntry } from "../journal/journalEntry";

/** A create in this machine's journal; the address is absent if no response was recorded. */
export type JournalHint = Pick<
  JournalEntry,
  "token" | "urn" | "server" | "family" | "access" | "phase" | "address" | "at"
>;

/** The creates that assign: an adoption buys nothing. */
export const journalHints = (env: NodeJS.ProcessEnv): JournalHint[] =>
  AssignmentJournal.of(env)
    .entries()
    .filter(({ adopted }) => !adopted);
