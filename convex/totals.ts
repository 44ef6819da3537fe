/** The job that folds what writes have counted into the sums. */
import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { internalMutation } from "./_generated/server.js";
import { FOLD_AFTER_MS } from "./model/limits.ts";
import { fold as foldRows } from "./model/pendingTotals.ts";

/** Fold one batch of what is old enough, and go on until none is left. */
export const fold = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const rows = ctx.db
      .query("pendingTotals")
      .withIndex("by_creation_time", (q) => q.lt("_creationTime", Date.now() - FOLD_AFTER_MS));
    const folded = await foldRows(ctx, rows);
    if (folded > 0) await ctx.scheduler.runAfter(0, internal.totals.fold, {});
    return null;
  },
});
