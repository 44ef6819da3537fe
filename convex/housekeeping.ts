/** Deletes what has served its time; run by the crons. */
import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import type { Doc } from "./_generated/dataModel.js";
import { internalMutation } from "./_generated/server.js";
import type { MutationCtx } from "./_generated/server.js";
import {
  ALERT_MESSAGE_MS,
  BATCH_DOCUMENTS,
  EXPIRED_CLAIMS,
  IDEMPOTENCY_MS,
  INCIDENT_MS,
  METRIC_BATCH_MS,
  OLD_DRAFTS,
  RAW_EVENTS_MS,
  REVIEW_DRAFT_MS,
  ROLLUP_MS,
} from "./model/limits.ts";
import { freeSlot } from "./model/reviewSlots.ts";

const purgeable = v.union(
  v.literal("idempotencyKeys"),
  v.literal("metricBatches"),
  v.literal("authEvents"),
  v.literal("storageEvents"),
  v.literal("rateLimits"),
  v.literal("metricRollups"),
  v.literal("reviewDrafts"),
  v.literal("alertIncidents"),
  v.literal("alertHistory"),
  v.literal("alertSilences"),
  v.literal("alertDeliveries"),
);
/** Delete one batch of rows of a table that are past their time, and go on until none is left. */
export const purge = internalMutation({
  args: { table: purgeable },
  returns: v.null(),
  handler: async (ctx, { table }) => {
    const old = await past(ctx, table);
    for (const { _id } of old) await ctx.db.delete(table, _id);
    if (old.length === (table === "reviewDrafts" ? OLD_DRAFTS : BATCH_DOCUMENTS)) {
      await ctx.scheduler.runAfter(0, internal.housekeeping.purge, { table });
    }
    return null;
  },
});

/**
 * Give the places of expired claims back, so that sessions do not look as if somebody reviewed them
 * where nobody asks for the next one.
 */
export const endExpiredClaims = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const expired = await ctx.db
      .query("reviewSlots")
      .withIndex("by_lease", (q) => q.eq("state", "claimed").lte("leaseUntil", Date.now()))
      .take(EXPIRED_CLAIMS);
    for (const slot of expired) await freeSlot(ctx, slot);
    if (expired.length === EXPIRED_CLAIMS) {
      await ctx.scheduler.runAfter(0, internal.housekeeping.endExpiredClaims, {});
    }
    return null;
  },
});

async function past(ctx: MutationCtx, table: typeof purgeable.type) {
  const now = Date.now();
  switch (table) {
    case "idempotencyKeys":
      return await ctx.db
        .query(table)
        .withIndex("by_createdAt", (q) => q.lt("createdAt", now - IDEMPOTENCY_MS))
        .take(BATCH_DOCUMENTS);
    case "metricBatches":
      return await ctx.db
        .query(table)
        .withIndex("by_createdAt", (q) => q.lt("createdAt", now - METRIC_BATCH_MS))
        .take(BATCH_DOCUMENTS);
    case "authEvents":
      return await ctx.db
        .query(table)
        .withIndex("by_at", (q) => q.lt("at", now - RAW_EVENTS_MS))
        .take(BATCH_DOCUMENTS);
    case "storageEvents":
      return await ctx.db
        .query(table)
        .withIndex("by_at", (q) => q.lt("at", now - RAW_EVENTS_MS))
        .take(BATCH_DOCUMENTS);
    case "rateLimits":
      return await ctx.db
        .query(table)
        .withIndex("by_fullAt", (q) => q.lt("fullAt", now))
        .take(BATCH_DOCUMENTS);
    case "metricRollups":
      return await pastRollups(ctx, now);
    case "reviewDrafts":
      return await ctx.db
        .query(table)
        .withIndex("by_updatedAt", (q) => q.lt("updatedAt", now - REVIEW_DRAFT_MS))
        .take(OLD_DRAFTS);
    case "alertIncidents":
      return await ctx.db
        .query(table)
        .withIndex("by_status_openedAt", (q) =>
          q.eq("status", "resolved").lt("openedAt", now - INCIDENT_MS),
        )
        .take(BATCH_DOCUMENTS);
    case "alertHistory":
      return await ctx.db
        .query(table)
        .withIndex("by_createdAt", (q) => q.lt("createdAt", now - INCIDENT_MS))
        .take(BATCH_DOCUMENTS);
    case "alertSilences":
      return await ctx.db
        .query(table)
        .withIndex("by_expiresAt", (q) => q.lt("expiresAt", now - ALERT_MESSAGE_MS))
        .take(BATCH_DOCUMENTS);
    case "alertDeliveries":
      return await ctx.db
        .query(table)
        .withIndex("by_createdAt", (q) => q.lt("createdAt", now - ALERT_MESSAGE_MS))
        .take(BATCH_DOCUMENTS);
  }
}

async function pastRollups(ctx: MutationCtx, now: number) {
  const rows: Doc<"metricRollups">[] = [];
  for (const resolution of ["minute", "hour", "day"] as const) {
    const old = await ctx.db
      .query("metricRollups")
      .withIndex("by_resolution", (q) =>
        q.eq("resolution", resolution).lt("bucketStart", now - ROLLUP_MS[resolution]),
      )
      .take(BATCH_DOCUMENTS - rows.length);
    rows.push(...old);
    if (rows.length === BATCH_DOCUMENTS) break;
  }
  return rows;
}
