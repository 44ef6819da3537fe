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
import { moment, named, order } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { keyOf } from "./model/identities.ts";
import {
  ERASURE_KEYS,
  LATE_UPLOAD_MS,
  PAGE_ITEMS,
  RECEIPT_CHARS,
  UPLOAD_URL_MS,
} from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import { erasureReceipt, page, pageArgs } from "./model/records.ts";
import { noSuchUser, userByKey } from "./model/users.ts";
import { wasSessionErased } from "./model/tombstones.ts";
import { toRecord } from "./model/toRecord.ts";
import { erasureRow } from "./model/accountTables.ts";

/**
 * Begin to erase a user: from now on nothing can be added to their data. A repeat returns the
 * erasure that is under way, or the one that is done.
 *
 * @throws NOT_FOUND for an unknown user; CONFLICT while a session of theirs is on legal hold.
 */
export const start = authedMutation("erasure:start", {
  args: { clerkId: v.string() },
  returns: named("ErasureBegun", v.object({ erasureId: v.string() })),
  handler: async (ctx, args) => {
    const user = await userByKey(ctx, args.clerkId);
    const latest = await latestOf(ctx, user, args.clerkId);
    const isBegun = latest !== null && (user === null || user.status === "erasing");
    if (isBegun) return { erasureId: latest._id };
    if (user === null) throw noSuchUser();
    const held = await ctx.db
      .query("userSessions")
      .withIndex("by_user_legalHold", (q) => q.eq("userId", user._id).eq("legalHold", true))
      .first();
    if (held !== null) throw refusal("CONFLICT", "A session of this user is on legal hold.");
    await ctx.db.patch("users", user._id, { status: "erasing" });
    const clerkId = keyOf(user);
    const subject = { subjectType: "user", subjectId: clerkId, userId: clerkId };
    await recordAudit(ctx, { action: "erase", ...subject });
    const now = Date.now();
    const erasureId = await ctx.db.insert("erasures", {
      clerkId,
      userId: user._id,
      startedBy: ctx.caller.subject,
      startedAt: now,
      counts: {},
      uploadsUntil: now + UPLOAD_URL_MS,
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
    const user = await userByKey(ctx, clerkId);
    const erasure = await latestOf(ctx, user, clerkId);
    if (erasure === null) throw refusal("NOT_FOUND", "No erasure of this user was started.");
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
      userId: user._id,
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
    const erasure = await latestOf(ctx, await userByKey(ctx, clerkId), clerkId);
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

/**
 * Return one page of the erasures that are not over, oldest first.
 *
 * They are under way, without a receipt, or wait for the sweep after the last upload URL.
 */
export const open = authedQuery("erasure:open", {
  args: pageArgs,
  returns: page(erasureReceipt),
  handler: async (ctx, { cursor, limit }) => {
    const found = await readPage(ctx, {
      table: "erasures",
      index: "by_sweptAt_startedAt",
      equals: { sweptAt: undefined },
      sortField: "startedAt",
      order: "asc",
      cursor,
      limit,
    });
    return {
      items: found.items.map((row) => toRecord(erasureReceipt, row)),
      nextCursor: found.nextCursor,
    };
  },
});

/**
 * Keep the signed receipt of an erasure.
 *
 * With `sweptAt` also that the bucket was compared again, from that moment on. A repeat replaces
 * the receipt.
 *
 * @throws NOT_FOUND for an unknown erasure; CONFLICT while it is under way, or if a late upload
 *   could still come after the sweep.
 */
export const keepReceipt = authedMutation("erasure:keepReceipt", {
  args: { erasureId: v.string(), receipt: v.string(), sweptAt: v.optional(moment()) },
  returns: erasureReceipt,
  handler: async (ctx, { erasureId, receipt, sweptAt }) => {
    const checks = new Checks();
    checks.text("receipt", receipt, RECEIPT_CHARS);
    checks.done();
    const id = ctx.db.normalizeId("erasures", erasureId);
    const erasure = id === null ? null : await ctx.db.get("erasures", id);
    if (erasure === null) throw refusal("NOT_FOUND", "There is no such erasure.");
    const { finishedAt, uploadsUntil = erasure.startedAt + UPLOAD_URL_MS } = erasure;
    if (finishedAt === undefined) throw refusal("CONFLICT", "The erasure is under way.");
    if (sweptAt !== undefined && sweptAt < uploadsUntil + LATE_UPLOAD_MS) {
      throw refusal("CONFLICT", "An upload could still have come after the sweep.");
    }
    const changes = { receipt, ...(sweptAt === undefined ? {} : { sweptAt }) };
    await ctx.db.patch("erasures", erasure._id, changes);
    return toRecord(erasureReceipt, { ...erasure, ...changes });
  },
});

/** Return those of up to 200 session ids whose sessions were erased. */
export const erasedSessions = authedQuery("erasure:erasedSessions", {
  args: { sessionIds: v.array(v.string()) },
  returns: v.array(v.string()),
  handler: async (ctx, { sessionIds }) => {
    const checks = new Checks();
    const isShort = sessionIds.length <= PAGE_ITEMS;
    checks.that(isShort, "sessionIds", `must have at most ${PAGE_ITEMS} entries`);
    checks.done();
    const erased = await Promise.all(sessionIds.map((id) => wasSessionErased(ctx, id)));
    return sessionIds.filter((_, index) => erased[index]);
  },
});

/** The latest erasure of a user, or of one who is gone and was asked for by this id. */
async function latestOf(
  ctx: QueryCtx,
  user: Doc<"users"> | null,
  key: string,
): Promise<Doc<"erasures"> | null> {
  const clerkId = user === null ? key : keyOf(user);
  const latest = await ctx.db
    .query("erasures")
    .withIndex("by_clerkId", (q) => q.eq("clerkId", clerkId))
    .order("desc")
    .first();
  const userId = user?._id ?? ctx.db.normalizeId("users", clerkId);
  if (latest !== null || userId === null) return latest;
  return await ctx.db
    .query("erasures")
    .withIndex("by_userId", (q) => q.eq("userId", userId))
    .order("desc")
    .first();
}
