/** Tables that account for what was done: audit events and receipts of erasures. */
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { metadata, moment, whole } from "./fields.ts";

/** Who did what to whose data. `actorId` is the token's subject; it never comes from arguments. */
export const auditEventRow = v.object({
  action: v.string(),
  subjectType: v.string(),
  subjectId: v.string(),
  actorId: v.string(),
  actorRole: v.string(),
  /** Who acted as the actor, if somebody did. */
  impersonatorId: v.optional(v.string()),
  /** The session, and the user by Clerk id, that it is about; absent on rows before migration 2. */
  sessionId: v.optional(v.string()),
  userId: v.optional(v.string()),
  details: v.optional(metadata),
  requestId: v.optional(v.string()),
  createdAt: moment(),
});

/** Receipts of erasures; they outlive the rows that they count. */
export const erasureRow = v.object({
  clerkId: v.string(),
  startedBy: v.string(),
  startedAt: moment(),
  finishedAt: v.optional(moment()),
  /** Rows deleted so far, by table. */
  counts: v.record(v.string(), whole()),
});

export const accountTables = {
  auditEvents: defineTable(auditEventRow)
    .index("by_createdAt", ["createdAt"])
    .index("by_actor_createdAt", ["actorId", "createdAt"])
    .index("by_subject_createdAt", ["subjectId", "createdAt"])
    .index("by_session_createdAt", ["sessionId", "createdAt"])
    .index("by_user_createdAt", ["userId", "createdAt"]),

  erasures: defineTable(erasureRow)
    .index("by_clerkId", ["clerkId"])
    .index("by_startedAt", ["startedAt"]),
};
