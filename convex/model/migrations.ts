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

type Table = "users" | "userSessions" | "interactions" | "audioObjects";
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
];
