/** Tables of what is measured: metrics, sign-ins, and operations of the storage. */
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { dimensions, histogram, moment, resolution, storageOutcome, whole } from "./fields.ts";

export const rollupRow = v.object({
  metric: v.string(),
  dimensions,
  /** The dimensions as canonical JSON: one series of a metric. */
  series: v.string(),
  resolution,
  bucketStart: moment(),
  count: whole(),
  errors: v.record(v.string(), whole()),
  sum: v.number(),
  max: v.number(),
  histogram,
});

export const authEventRow = v.object({
  at: moment(),
  outcome: v.string(),
  reason: v.string(),
  route: v.string(),
  requestId: v.optional(v.string()),
  /** Keyed hash of the client's address; never the address. */
  clientHash: v.optional(v.string()),
  userId: v.optional(v.string()),
  source: v.optional(v.string()),
});

export const storageEventRow = v.object({
  at: moment(),
  operation: v.string(),
  outcome: storageOutcome,
  durationMs: v.number(),
  attempts: whole(),
  role: v.optional(v.string()),
  key: v.optional(v.string()),
  requestId: v.optional(v.string()),
  source: v.optional(v.string()),
});

export const eventTables = {
  metricRollups: defineTable(rollupRow)
    .index("by_metric", ["metric", "resolution", "bucketStart"])
    .index("by_series", ["series", "metric", "resolution", "bucketStart"])
    .index("by_resolution", ["resolution", "bucketStart"]),

  /** Batches of `metrics:ingest` that were applied. */
  metricBatches: defineTable({ batchId: v.string(), createdAt: moment() })
    .index("by_batchId", ["batchId"])
    .index("by_createdAt", ["createdAt"]),

  authEvents: defineTable(authEventRow)
    .index("by_at", ["at"])
    .index("by_reason_at", ["reason", "at"])
    .index("by_requestId", ["requestId", "at"]),

  storageEvents: defineTable(storageEventRow)
    .index("by_at", ["at"])
    .index("by_outcome_at", ["outcome", "at"])
    .index("by_durationMs", ["durationMs"])
    .index("by_requestId", ["requestId", "at"]),
};
