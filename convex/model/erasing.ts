/** Deletes the rows of a user in batches that one transaction can hold. */
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { deleteRows } from "./batches.ts";
import { ERASE_ITEMS, ERASE_SESSIONS } from "./limits.ts";
import { dropItem } from "./reviewSlots.ts";
import { uncountReviews } from "./reviewTallies.ts";
import { dropSearchText } from "./searchTexts.ts";
import { burySession, buryUser } from "./tombstones.ts";
import { addPending, fold } from "./pendingTotals.ts";
import { dayOf, emptyTotals, ownScope, rowOf, sum } from "./totals.ts";
import { settleUserWords } from "./userWords.ts";

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
  // Everybody's sums lose what the sessions counted when these go: all of it must be in them.
  const pending = ctx.db
    .query("pendingTotals")
    .withIndex("by_user_sessions", (q) => q.eq("userId", user._id));
  if ((await fold(ctx, pending)) > 0) return false;
  for (const part of [
    reviewItems,
    reviews,
    drafts,
    scores,
    interactions,
    sessions,
    answers,
    totals,
  ]) {
    const { table, deleted } = await part(ctx, user);
    if (deleted > 0) {
      counts[table] = (counts[table] ?? 0) + deleted;
      return false;
    }
  }
  // They are few, and while one is there, its owner is.
  const known = ctx.db.query("identities").withIndex("by_user", (q) => q.eq("userId", user._id));
  counts["identities"] = (await deleteRows(ctx, "identities", known)).deleted;
  if (user.clerkId !== undefined) await buryUser(ctx, user.clerkId);
  await settleUserWords(ctx, user._id, null);
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
  const rows = ctx.db.query("reviews").withIndex("by_user", (q) => q.eq("userId", user._id));
  return { table: "reviews", ...(await deleteRows(ctx, "reviews", rows)) };
}

async function drafts(ctx: MutationCtx, user: Doc<"users">) {
  const rows = ctx.db.query("reviewDrafts").withIndex("by_user", (q) => q.eq("userId", user._id));
  return { table: "reviewDrafts", ...(await deleteRows(ctx, "reviewDrafts", rows)) };
}

async function scores(ctx: MutationCtx, user: Doc<"users">) {
  const rows = ctx.db.query("scores").withIndex("by_user", (q) => q.eq("userId", user._id));
  return { table: "scores", ...(await deleteRows(ctx, "scores", rows)) };
}

async function interactions(ctx: MutationCtx, user: Doc<"users">) {
  const rows = ctx.db
    .query("interactions")
    .withIndex("by_user_createdAt", (q) => q.eq("userId", user._id));
  const before = (row: Doc<"interactions">) => dropSearchText(ctx, row);
  return { table: "interactions", ...(await deleteRows(ctx, "interactions", rows, { before })) };
}

async function sessions(ctx: MutationCtx, user: Doc<"users">) {
  const rows = ctx.db
    .query("userSessions")
    .withIndex("by_user_startedAt", (q) => q.eq("userId", user._id));
  const before = async (row: Doc<"userSessions">) => {
    const own = await rowOf(ctx, ownScope(row));
    if (own !== null) {
      const day = dayOf(row.startedAt);
      await addPending(ctx, { day }, sum(emptyTotals(), own, -1));
      await ctx.db.delete("totals", own._id);
    }
    await burySession(ctx, row);
  };
  const done = await deleteRows(ctx, "userSessions", rows, { most: ERASE_SESSIONS, before });
  return { table: "userSessions", ...done };
}

/** Answers stored under idempotency keys can hold a copy of the data. */
async function answers(ctx: MutationCtx, user: Doc<"users">) {
  const table = "idempotencyKeys";
  const own = ctx.db.query(table).withIndex("by_user", (q) => q.eq("userId", user._id));
  const done = await deleteRows(ctx, table, own);
  if (done.deleted > 0) return { table, ...done };
  const others = ctx.db
    .query(table)
    .withIndex("by_otherUser", (q) => q.eq("otherUserId", user._id));
  return { table, ...(await deleteRows(ctx, table, others)) };
}

async function totals(ctx: MutationCtx, user: Doc<"users">) {
  const rows = ctx.db.query("totals").withIndex("by_owner_day", (q) => q.eq("owner", user._id));
  return { table: "totals", ...(await deleteRows(ctx, "totals", rows)) };
}
