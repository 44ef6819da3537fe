/**
 * Tables of Earshot. Times are Unix milliseconds, durations milliseconds, costs US dollars unless
 * the name says otherwise. Every index is used by a function; `_creationTime` ends each of them.
 */
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { alertTables } from "./model/alertTables.ts";
import { eventTables } from "./model/eventTables.ts";
import { lease, metadata } from "./model/fields.ts";
import { productTables } from "./model/productTables.ts";
import { reviewTables } from "./model/reviewTables.ts";

export default defineSchema({
  ...productTables,
  ...reviewTables,
  ...eventTables,
  ...alertTables,

  /** Who did what to whose data. `actorId` is the token's subject; it never comes from arguments. */
  auditEvents: defineTable({
    action: v.string(),
    subjectType: v.string(),
    subjectId: v.string(),
    actorId: v.string(),
    actorRole: v.string(),
    impersonatorId: v.optional(v.string()),
    details: v.optional(metadata),
    requestId: v.optional(v.string()),
    createdAt: v.number(),
  })
    .index("by_createdAt", ["createdAt"])
    .index("by_actor_createdAt", ["actorId", "createdAt"])
    .index("by_subject_createdAt", ["subjectId", "createdAt"]),

  idempotencyKeys: defineTable({
    caller: v.string(),
    key: v.string(),
    functionName: v.string(),
    argumentsHash: v.string(),
    /** The answer as JSON text in Convex's encoding. */
    result: v.string(),
    /** Whose personal data the answer may hold: erasure removes it. */
    userId: v.optional(v.id("users")),
    otherUserId: v.optional(v.id("users")),
    createdAt: v.number(),
  })
    .index("by_caller_key", ["caller", "key"])
    .index("by_user", ["userId"])
    .index("by_otherUser", ["otherUserId"])
    .index("by_createdAt", ["createdAt"]),

  /** Token buckets of callers. */
  rateLimits: defineTable({
    key: v.string(),
    tokens: v.number(),
    refilledAt: v.number(),
    /** When the bucket is full again and the row means nothing any more. */
    fullAt: v.number(),
  })
    .index("by_key", ["key"])
    .index("by_fullAt", ["fullAt"]),

  /** Receipts of erasures; they outlive the rows that they count. */
  erasures: defineTable({
    clerkId: v.string(),
    startedBy: v.string(),
    startedAt: v.number(),
    finishedAt: v.optional(v.number()),
    /** Rows deleted so far, by table. */
    counts: v.record(v.string(), v.number()),
  })
    .index("by_clerkId", ["clerkId"])
    .index("by_startedAt", ["startedAt"]),

  /** One row per job of the worker: who runs it now, and how the last run went. */
  jobLeases: defineTable(lease).index("by_name", ["name"]),
  /** Progress of migrations: what makes them resumable. */
  batchRuns: defineTable({
    name: v.string(),
    cursor: v.union(v.string(), v.null()),
    done: v.boolean(),
    processed: v.number(),
    changed: v.number(),
    startedAt: v.number(),
    updatedAt: v.number(),
  }).index("by_name", ["name"]),
});
