/**
 * The migrations of the schema, oldest first. A change ships in three steps: expand (the new field
 * is optional), backfill (an entry here, run to its end), contract (the field becomes required or
 * the old one goes, and the entry is removed).
 *
 * An entry looks at one row and returns what to change, or null. It must be harmless to run twice
 * over the same row: rows are written while it runs, and a run can be restarted.
 */
import type { Doc } from "../_generated/dataModel.js";
import { searchTextOf } from "./users.ts";

type Table = "users" | "userSessions" | "interactions" | "audioObjects" | "auditEvents";
type Migration<Name extends Table> = {
  name: string;
  table: Name;
  change: (row: Doc<Name>) => Partial<Doc<Name>> | null;
};
export type AnyMigration = { [Name in Table]: Migration<Name> }[Table];

export const MIGRATIONS: readonly AnyMigration[] = [
  {
    name: "1-users-searchText",
    table: "users",
    change: (user) => {
      const searchText = searchTextOf(user);
      return user.searchText === searchText ? null : { searchText };
    },
  },
  {
    // Events of earlier releases name their session or user as the subject or in the details.
    name: "2-auditEvents-subjects",
    table: "auditEvents",
    change: ({ subjectType, subjectId, sessionId, userId, details }) => {
      if (sessionId !== undefined || userId !== undefined) return null;
      if (subjectType === "user") return { userId: subjectId };
      const isSession = ["userSession", "session", "transcript"].includes(subjectType);
      const named: unknown = isSession ? subjectId : details?.["sessionId"];
      return typeof named === "string" ? { sessionId: named } : null;
    },
  },
];
