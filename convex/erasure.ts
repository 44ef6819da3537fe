/**
 * Erasure of a user: step by step, a row of a recording only after its object is gone.
 *
 * The worker, which alone reaches the bucket, deletes the objects first; then the rows go, in
 * batches. The receipt stays; audit events name the user by Clerk id only and stay too.
 */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "./_generated/server.js";
import { recordAudit } from "./model/audit.ts";
import { Checks } from "./model/checks.ts";
import { deleteBatch } from "./model/erasing.ts";
import { refusal } from "./model/errors.ts";
import { named, order } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { ERASURE_KEYS, PAGE_ITEMS } from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import { erasureReceipt, page, pageArgs } from "./model/records.ts";
import { requireUser, userByClerkId } from "./model/users.ts";
import { toRecord } from "./model/toRecord.ts";
import { erasureRow } from "./model/accountTables.ts";

/**
 * Begin to erase a user: from now on nothing can be added to their data. A repeat returns the
 * erasure that is under way.
 *
 * @throws NOT_FOUND for an unknown user; CONFLICT while a session of theirs is on legal hold.
 */
export const start = authedMutation("erasure:start", {
  args: { clerkId: v.string() },
  returns: named("ErasureBegun", v.object({ erasureId: v.string() })),
  handler: async (ctx, { clerkId }) => {
    const user = await requireUser(ctx, clerkId);
    const running = await latestOf(ctx, clerkId);
    if (user.status === "erasing" && running !== null) return { erasureId: running._id };
    const held = await ctx.db
      .query("userSessions")
      .withIndex("by_user_legalHold", (q) => q.eq("userId", user._id).eq("legalHold", true))
      .first();
    if (held !== null) throw refusal("CONFLICT", "A session of this user is on legal hold.");
    await ctx.db.patch("users", user._id, { status: "erasing" });
    await recordAudit(ctx, {
      action: "erase",
      subjectType: "user",
      subjectId: clerkId,
      userId: clerkId,
    });
    const erasureId = await ctx.db.insert("erasures", {
      clerkId,
      startedBy: ctx.caller.subject,
      startedAt: Date.now(),
      counts: {},
    });
    return { erasureId };
  },
});

/**
 * Do the next part of an erasure. `deletedKeys` are recordings whose objects are gone: their rows
 * go first. While there are more, `keys` names the next ones; then the other rows go in batches,
 * until `done`. Repeats are harmless.
 *
 * @throws NOT_FOUND if no erasure of this user was started.
 */
export const step = authedMutation("erasure:step", {
  args: { clerkId: v.string(), deletedKeys: v.array(v.string()) },
  returns: named(
    "ErasureStep",
    erasureRow.pick("counts").extend({ keys: v.array(v.string()), done: v.boolean() }),
  ),
  handler: async (ctx, { clerkId, deletedKeys }) => {
    const checks = new Checks();
    const isShort = deletedKeys.length <= PAGE_ITEMS;
    checks.that(isShort, "deletedKeys", `must have at most ${PAGE_ITEMS} entries`);
    checks.done();
    const erasure = await latestOf(ctx, clerkId);
    if (erasure === null) throw refusal("NOT_FOUND", "No erasure of this user was started.");
    const user = await userByClerkId(ctx, clerkId);
    if (erasure.finishedAt !== undefined || user === null) {
      return { keys: [], counts: erasure.counts, done: true };
    }
    const counts = { ...erasure.counts };
    const gone = await deleteRecordings(ctx, user, deletedKeys);
    if (gone > 0) counts["audioObjects"] = (counts["audioObjects"] ?? 0) + gone;
    const waiting = await ctx.db
      .query("audioObjects")
      .withIndex("by_user_createdAt", (q) => q.eq("userId", user._id))
      .take(ERASURE_KEYS);
    const done = waiting.length === 0 && (await deleteBatch(ctx, user, counts));
    await ctx.db.patch("erasures", erasure._id, {
      counts,
      ...(done ? { finishedAt: Date.now() } : {}),
    });
    return { keys: waiting.map(({ key }) => key), counts, done };
  },
});

async function deleteRecordings(
  ctx: MutationCtx,
  user: Doc<"users">,
  keys: string[],
): Promise<number> {
  let gone = 0;
  for (const key of new Set(keys)) {
    const audio = await ctx.db
      .query("audioObjects")
      .withIndex("by_key", (q) => q.eq("key", key))
      .unique();
    if (audio === null || audio.userId !== user._id) continue;
    await ctx.db.delete("audioObjects", audio._id);
    gone += 1;
  }
  return gone;
}

/**
 * Return the latest erasure of a user, or null.
 *
 * It says what is done, and is the receipt afterwards.
 */
export const get = authedQuery("erasure:get", {
  args: { clerkId: v.string() },
  returns: v.union(erasureReceipt, v.null()),
  handler: async (ctx, { clerkId }) => {
    const erasure = await latestOf(ctx, clerkId);
    return erasure === null ? null : toRecord(erasureReceipt, erasure);
  },
});

/** Return one page of erasures by start, newest first by default. */
export const list = authedQuery("erasure:list", {
  args: { ...pageArgs, order: v.optional(order) },
  returns: page(erasureReceipt),
  handler: async (ctx, { cursor, limit, order }) => {
    const found = await readPage(ctx, {
      table: "erasures",
      index: "by_startedAt",
      equals: {},
      sortField: "startedAt",
      order: order ?? "desc",
      cursor,
      limit,
    });
    return {
      items: found.items.map((row) => toRecord(erasureReceipt, row)),
      nextCursor: found.nextCursor,
    };
  },
});

async function latestOf(ctx: QueryCtx, clerkId: string): Promise<Doc<"erasures"> | null> {
  return await ctx.db
    .query("erasures")
    .withIndex("by_clerkId", (q) => q.eq("clerkId", clerkId))
    .order("desc")
    .first();
}
