/**
 * The migrations of the schema, oldest first. A change ships in three steps: expand (the new field
 * is optional), backfill (an entry here, run to its end), contract (the field becomes required or
 * the old one goes, and the entry is removed).
 *
 * An entry looks at one row and returns what to change, or null. It must be harmless to run twice
 * over the same row: rows are written while it runs, and a run can be restarted.
 */
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { isHeld } from "./audio.ts";
import { heldChanges } from "./holds.ts";
import { settleClerkId } from "./identities.ts";
import { settleSearchText } from "./searchTexts.ts";
import { buryUser } from "./tombstones.ts";
import { settleUserWords } from "./userWords.ts";
import { userByClerkId } from "./users.ts";

type Table =
  "users" | "userSessions" | "interactions" | "audioObjects" | "erasures" | "auditEvents";
type Migration<Name extends Table> = {
  name: string;
  table: Name;
  change: (row: Doc<Name>, ctx: MutationCtx) => Change<Name> | Promise<Change<Name>>;
};
type Change<Name extends Table> =
  { [Field in keyof Doc<Name>]?: Doc<Name>[Field] | undefined } | null;
export type AnyMigration = { [Name in Table]: Migration<Name> }[Table];

export const MIGRATIONS: readonly AnyMigration[] = [
  {
    name: "2-audioObjects-hold",
    table: "audioObjects",
    change: async (audio, ctx) => heldChanges(audio, await isHeld(ctx, audio)),
  },
  {
    // Of earlier erasures only the users are known; one who was created again since stays.
    name: "3-erasures-tombstones",
    table: "erasures",
    change: async ({ clerkId, finishedAt }, ctx) => {
      const isGone = finishedAt !== undefined && (await userByClerkId(ctx, clerkId)) === null;
      if (isGone) await buryUser(ctx, clerkId);
      return null;
    },
  },
  {
    // Events of earlier releases name their session or user as the subject or in the details.
    name: "4-auditEvents-subjects",
    table: "auditEvents",
    change: ({ subjectType, subjectId, sessionId, userId, details }) => {
      if (sessionId !== undefined || userId !== undefined) return null;
      if (subjectType === "user") return { userId: subjectId };
      const isSession = ["userSession", "session", "transcript"].includes(subjectType);
      const named: unknown = isSession ? subjectId : details?.["sessionId"];
      return typeof named === "string" ? { sessionId: named } : null;
    },
  },
  {
    // Earlier releases refused what was cut off; it plays now, once it is analysed again.
    name: "5-audioObjects-truncated",
    table: "audioObjects",
    change: ({ status, analysis, reason }) =>
      status === "stored" && analysis === "corrupt" && reason === "truncated"
        ? { analysis: "pending", reason: undefined }
        : null,
  },
  {
    // Users were found by a full-text index of `searchText`.
    name: "6-users-words",
    table: "users",
    change: async (user, ctx) => {
      const changed = await settleUserWords(ctx, user._id, user);
      return changed || user.searchText !== undefined ? { searchText: undefined } : null;
    },
  },
  {
    name: "7-interactions-searchTexts",
    table: "interactions",
    change: async (turn, ctx) => ((await settleSearchText(ctx, turn)) ? {} : null),
  },
  {
    // Users were known by Clerk's ids only, which their rows hold.
    name: "8-users-identities",
    table: "users",
    change: async (user, ctx) => ((await settleClerkId(ctx, user)) ? {} : null),
  },
];
