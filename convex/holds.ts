/** Carries a hold to a session's recordings: more of them than one mutation can change. */
import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { internalMutation } from "./_generated/server.js";
import { followHold } from "./model/holds.ts";

/** Let the next batch follow the session's present hold, and go on until none is left. */
export const follow = internalMutation({
  args: { sessionId: v.id("userSessions"), cursor: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { sessionId, cursor }) => {
    const next = await followHold(ctx, sessionId, cursor);
    if (next !== null) {
      await ctx.scheduler.runAfter(0, internal.holds.follow, { sessionId, cursor: next });
    }
    return null;
  },
});
