/** Silences: what is not announced for a while. */
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { PAGE_ITEMS } from "./limits.ts";

/** Silences that have not run out at `now`. */
export async function silencesAt(ctx: QueryCtx, now: number): Promise<Doc<"alertSilences">[]> {
  return await ctx.db
    .query("alertSilences")
    .withIndex("by_expiresAt", (q) => q.gt("expiresAt", now))
    .take(PAGE_ITEMS);
}
