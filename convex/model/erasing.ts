/** Deletes the rows of a user in batches that one transaction can hold. */
import { getDocumentSize } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import {
  BATCH_DOCUMENTS,
  ERASE_ITEMS,
  ERASE_REVIEWS,
  ERASE_SESSIONS,
  SCAN_BYTES,
} from "./limits.ts";
import { dropItem } from "./reviewSlots.ts";
import { uncountReviews } from "./reviewTallies.ts";
import { burySession, buryUser } from "./tombstones.ts";
import { addTotals, rowOf, scopesOf } from "./totals.ts";

/**
 * Delete the next batch and add what went to `counts`, by table. The user's own row goes last.
 *
 * @returns whether nothing is left.
 */
export async function deleteBatch(
  ctx: MutationCtx,
  user: Doc<"users">,
  counts: Record<string, number>,
): Promise<boolean> {
  for (const part of [reviewItems, reviews, drafts, interactions, sessions, answers, totals]) {
    const { table, deleted } = await part(ctx, user);
    if (deleted > 0) {
      counts[table] = (counts[table] ?? 0) + deleted;
      return false;
    }
  }
  await buryUser(ctx, user.clerkId);
  await ctx.db.delete("users", user._id);
  counts["users"] = 1;
  return true;
}

/** Items with their slots, and what the reviews counted for; the reviews themselves follow. */
async function reviewItems(ctx: MutationCtx, user: Doc<"users">) {
  const rows = await ctx.db
    .query("reviewItems")
    .withIndex("by_user", (q) => q.eq("userId", user._id))
    .take(ERASE_ITEMS);
  for (const row of rows) {
    await uncountReviews(ctx, row._id);
    await dropItem(ctx, row);
  }
  return { table: "reviewItems", deleted: rows.length };
}

async function reviews(ctx: MutationCtx, user: Doc<"users">) {
  const rows = await ctx.db
    .query("reviews")
    .withIndex("by_user", (q) => q.eq("userId", user._id))
    .take(ERASE_REVIEWS);
  for (const row of rows) await ctx.db.delete("reviews", row._id);
  return { table: "reviews", deleted: rows.length };
}

async function drafts(ctx: MutationCtx, user: Doc<"users">) {
  const rows = await ctx.db
    .query("reviewDrafts")
    .withIndex("by_user", (q) => q.eq("userId", user._id))
    .take(ERASE_REVIEWS);
  for (const row of rows) await ctx.db.delete("reviewDrafts", row._id);
  return { table: "reviewDrafts", deleted: rows.length };
}

async function interactions(ctx: MutationCtx, user: Doc<"users">) {
  const rows = ctx.db
    .query("interactions")
    .withIndex("by_user_createdAt", (q) => q.eq("userId", user._id));
  let deleted = 0;
  let bytes = 0;
  for await (const row of rows) {
    await ctx.db.delete("interactions", row._id);
    deleted += 1;
    bytes += getDocumentSize(row);
    if (deleted === BATCH_DOCUMENTS || bytes >= SCAN_BYTES) break;
  }
  return { table: "interactions", deleted };
}

async function sessions(ctx: MutationCtx, user: Doc<"users">) {
  const rows = await ctx.db
    .query("userSessions")
    .withIndex("by_user_startedAt", (q) => q.eq("userId", user._id))
    .take(ERASE_SESSIONS);
  for (const row of rows) {
    const scopes = scopesOf(row);
    const own = await rowOf(ctx, scopes.session);
    if (own !== null) {
      await addTotals(ctx, [scopes.everybody], own, -1);
      await ctx.db.delete("totals", own._id);
    }
    await burySession(ctx, row);
    await ctx.db.delete("userSessions", row._id);
  }
  return { table: "userSessions", deleted: rows.length };
}

/** Answers stored under idempotency keys can hold a copy of the data. */
async function answers(ctx: MutationCtx, user: Doc<"users">) {
  const rows = await ctx.db
    .query("idempotencyKeys")
    .withIndex("by_user", (q) => q.eq("userId", user._id))
    .take(ERASE_SESSIONS);
  if (rows.length === 0) {
    const others = ctx.db
      .query("idempotencyKeys")
      .withIndex("by_otherUser", (q) => q.eq("otherUserId", user._id));
    rows.push(...(await others.take(ERASE_SESSIONS)));
  }
  for (const row of rows) await ctx.db.delete("idempotencyKeys", row._id);
  return { table: "idempotencyKeys", deleted: rows.length };
}

async function totals(ctx: MutationCtx, user: Doc<"users">) {
  const rows = await ctx.db
    .query("totals")
    .withIndex("by_owner_day", (q) => q.eq("owner", user._id))
    .take(ERASE_SESSIONS);
  for (const row of rows) await ctx.db.delete("totals", row._id);
  return { table: "totals", deleted: rows.length };
}
