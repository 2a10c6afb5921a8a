import { AssignmentJournal } from "../journal/assignmentJournal";
import type { JournalEntry } from "../journal/journalEntry";
import type { Environment } from "../model/configuration";

/** A create in this machine's journal; the address is absent where the answer was never recorded. */
export type JournalHint = Pick<
  JournalEntry,
  "token" | "urn" | "server" | "family" | "access" | "phase" | "address" | "at"
>;

/** Creates that assign: an adoption buys nothing. */
export const journalHints = (env: Environment): JournalHint[] =>
  AssignmentJournal.of(env)
    .entries()
    .filter(({ adopted }) => !adopted);
