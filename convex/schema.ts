/**
 * Tables of Earshot. Times are Unix milliseconds, durations milliseconds, costs US dollars unless
 * the name says otherwise. Every index is used by a function; `_creationTime` ends each of them.
 */
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { accountTables } from "./model/accountTables.ts";
import { alertTables } from "./model/alertTables.ts";
import { eventTables } from "./model/eventTables.ts";
import { lease, moment, whole } from "./model/fields.ts";
import { productTables } from "./model/productTables.ts";
import { reviewTables } from "./model/reviewTables.ts";

export default defineSchema({
  ...productTables,
  ...reviewTables,
  ...eventTables,
  ...alertTables,
  ...accountTables,

  idempotencyKeys: defineTable({
    caller: v.string(),
    key: v.string(),
    functionName: v.string(),
    argumentsHash: v.string(),
    /** The answer as JSON text in Convex's encoding; absent if it was too large to be kept. */
    result: v.optional(v.string()),
    /** Whose personal data the answer may hold: erasure removes it. */
    userId: v.optional(v.id("users")),
    otherUserId: v.optional(v.id("users")),
    createdAt: moment(),
  })
    .index("by_caller_key", ["caller", "key"])
    .index("by_user", ["userId"])
    .index("by_otherUser", ["otherUserId"])
    .index("by_createdAt", ["createdAt"]),

  /** Token buckets of callers. */
  rateLimits: defineTable({
    key: v.string(),
    tokens: v.number(),
    refilledAt: moment(),
    /** When the bucket is full again and the row means nothing any more. */
    fullAt: moment(),
  })
    .index("by_key", ["key"])
    .index("by_fullAt", ["fullAt"]),

  /** One row per job of the worker: who runs it now, and how the last run went. */
  jobLeases: defineTable(lease).index("by_name", ["name"]),
  /** Progress of migrations: what makes them resumable. */
  batchRuns: defineTable({
    name: v.string(),
    cursor: v.union(v.string(), v.null()),
    done: v.boolean(),
    processed: whole(),
    changed: whole(),
    startedAt: moment(),
    updatedAt: moment(),
  }).index("by_name", ["name"]),
});
