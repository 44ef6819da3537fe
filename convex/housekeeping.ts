/** Deletes what has served its time; run by the crons. */
import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import type { Doc } from "./_generated/dataModel.js";
import { internalMutation } from "./_generated/server.js";
import type { MutationCtx } from "./_generated/server.js";
import {
  ALERT_MESSAGE_MS,
  EXPIRED_CLAIMS,
  IDEMPOTENCY_MS,
  INCIDENT_MS,
  METRIC_BATCH_MS,
  RAW_EVENTS_MS,
  REVIEW_DRAFT_MS,
  ROLLUP_MS,
} from "./model/limits.ts";
import { deleteRows } from "./model/batches.ts";
import { readPage } from "./model/paging.ts";
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
    for (const old of past(ctx, table, Date.now())) {
      const rows = old as AsyncIterable<Doc<typeof table>>;
      const { deleted } = await deleteRows(ctx, table, rows);
      if (deleted === 0) continue;
      await ctx.scheduler.runAfter(0, internal.housekeeping.purge, { table });
      break;
    }
    return null;
  },
});

/**
 * Give the places of expired claims back, so that sessions do not look as if somebody reviewed them
 * where nobody asks for the next one. Each in a transaction of its own: one that fails is reported
 * by Convex and tried again in the next round, and keeps no other.
 */
export const endExpiredClaims = internalMutation({
  args: { cursor: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, { cursor }) => {
    const expired = await readPage(ctx, {
      table: "reviewSlots",
      index: "by_lease",
      equals: { state: "claimed" },
      sortField: "leaseUntil",
      to: Date.now() + 1,
      order: "asc",
      cursor: cursor ?? null,
      limit: EXPIRED_CLAIMS,
    });
    const { endExpiredClaim, endExpiredClaims } = internal.housekeeping;
    for (const { _id } of expired.items) {
      await ctx.scheduler.runAfter(0, endExpiredClaim, { slotId: _id });
    }
    const { nextCursor } = expired;
    if (nextCursor !== null) {
      await ctx.scheduler.runAfter(0, endExpiredClaims, { cursor: nextCursor });
    }
    return null;
  },
});

/** Give one place back, unless it was renewed or filled meanwhile. */
export const endExpiredClaim = internalMutation({
  args: { slotId: v.id("reviewSlots") },
  returns: v.null(),
  handler: async (ctx, { slotId }) => {
    const slot = await ctx.db.get("reviewSlots", slotId);
    if (slot?.state === "claimed" && slot.leaseUntil <= Date.now()) await freeSlot(ctx, slot);
    return null;
  },
});

/** Queries of the rows of a table that are past their time. */
function past(ctx: MutationCtx, table: typeof purgeable.type, now: number) {
  switch (table) {
    case "idempotencyKeys":
      return [
        ctx.db
          .query(table)
          .withIndex("by_createdAt", (q) => q.lt("createdAt", now - IDEMPOTENCY_MS)),
      ];
    case "metricBatches":
      return [
        ctx.db
          .query(table)
          .withIndex("by_createdAt", (q) => q.lt("createdAt", now - METRIC_BATCH_MS)),
      ];
    case "authEvents":
      return [ctx.db.query(table).withIndex("by_at", (q) => q.lt("at", now - RAW_EVENTS_MS))];
    case "storageEvents":
      return [ctx.db.query(table).withIndex("by_at", (q) => q.lt("at", now - RAW_EVENTS_MS))];
    case "rateLimits":
      return [ctx.db.query(table).withIndex("by_fullAt", (q) => q.lt("fullAt", now))];
    case "metricRollups":
      return (["minute", "hour", "day"] as const).map((resolution) =>
        ctx.db
          .query(table)
          .withIndex("by_resolution", (q) =>
            q.eq("resolution", resolution).lt("bucketStart", now - ROLLUP_MS[resolution]),
          ),
      );
    case "reviewDrafts":
      return [
        ctx.db
          .query(table)
          .withIndex("by_updatedAt", (q) => q.lt("updatedAt", now - REVIEW_DRAFT_MS)),
      ];
    case "alertIncidents":
      return [
        ctx.db
          .query(table)
          .withIndex("by_status_openedAt", (q) =>
            q.eq("status", "resolved").lt("openedAt", now - INCIDENT_MS),
          ),
      ];
    case "alertHistory":
      return [
        ctx.db.query(table).withIndex("by_createdAt", (q) => q.lt("createdAt", now - INCIDENT_MS)),
      ];
    case "alertSilences":
      return [
        ctx.db
          .query(table)
          .withIndex("by_expiresAt", (q) => q.lt("expiresAt", now - ALERT_MESSAGE_MS)),
      ];
    case "alertDeliveries":
      return [
        ctx.db
          .query(table)
          .withIndex("by_createdAt", (q) => q.lt("createdAt", now - ALERT_MESSAGE_MS)),
      ];
  }
}
