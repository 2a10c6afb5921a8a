import { AssignmentJournal } from "../provider/assignmentJournal";
import type { Environment } from "../provider/configuration";
import type { JournalEntry } from "../provider/journalEntry";

/** An assign that this machine's journal tells of; the address is absent where the answer was never recorded. */
export type JournalHint = Pick<JournalEntry, "urn" | "server" | "family" | "access" | "address" | "at">;

export const journalHints = (env: Environment): JournalHint[] => AssignmentJournal.of(env).entries();
