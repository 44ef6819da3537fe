/**
 * Reviews: submitted, amended, taken back, decided; and what they say together.
 *
 * Submitted ones never change; an amendment is a new version.
 */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "./_generated/server.js";
import { differences } from "./model/agreement.ts";
import { aboutSession, recordAudit } from "./model/audit.ts";
import { seesOthers } from "./model/blindness.ts";
import { Checks } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import type { AuthedMutationCtx } from "./model/functions.ts";
import { moment, named, order } from "./model/fields.ts";
import {
  DAY_MS,
  ITEMS_PER_SESSION,
  NAMED_ITEMS,
  REVIEW_TARGET,
  SCAN_DOCUMENTS,
  TREND_DAYS,
} from "./model/limits.ts";
import { Names } from "./model/names.ts";
import { readPage } from "./model/paging.ts";
import { page, pageArgs } from "./model/records.ts";
import { content, reviewKind } from "./model/reviewFields.ts";
import type { Content } from "./model/reviewFields.ts";
import { requireItem, requireQueue } from "./model/reviewQueues.ts";
import { agreement, claim, review, scoreTrend } from "./model/reviewRecords.ts";
import { giveUpOther, slotOf, takeItem } from "./model/reviewSlots.ts";
import {
  amendReview,
  decide,
  lastVersion,
  nextClaim,
  submitReview,
  toClaim,
  toReview,
  withdrawReview,
} from "./model/reviewing.ts";
import { checkContent } from "./model/rubric.ts";
import { requireSession } from "./model/sessions.ts";
import { dayOf } from "./model/totals.ts";
import { refuseErasing } from "./model/users.ts";

/**
 * Submit the caller's review; with `next`, claim the next session in the same transaction.
 *
 * A claim whose lease is over will do, as long as there is a place.
 *
 * @throws VALIDATION naming what the rubric does not allow or asks for; CONFLICT if all places
 *   went to others, the review is submitted already, or it was not begun and the queue is closed.
 */
export const submit = authedMutation("reviews:submit", {
  args: { itemId: v.string(), ...content.fields, next: v.optional(v.boolean()) },
  returns: named("SubmittedReview", v.object({ review, next: v.union(claim, v.null()) })),
  handler: async (ctx, { itemId, next, ...written }) => {
    const item = await writableItem(ctx, itemId);
    const queue = (await ctx.db.get("reviewQueues", item.queueId))!;
    const { subject } = ctx.caller;
    const held = await slotOf(ctx, item._id, subject);
    const isHeld = held?.state === "claimed";
    if (!isHeld && queue.state === "closed") {
      throw refusal("CONFLICT", "The review queue is closed.");
    }
    const slot = isHeld ? held : await takeItem(ctx, queue, item, subject);
    const rubric = await checked(ctx, item, slot.rubricId, written);
    const submitted = await submitReview(ctx, item, slot, rubric, written);
    return {
      review: await toReview(new Names(ctx), submitted),
      next: next === true ? await nextClaim(ctx, queue) : null,
    };
  },
});

/**
 * Put a new version in the place of the caller's submitted review. Once the caller could read those
 * of others, the version before keeps its place in the agreement.
 *
 * @throws CONFLICT if there is none, or the session was decided.
 */
export const amend = authedMutation("reviews:amend", {
  args: { itemId: v.string(), ...content.fields },
  returns: review,
  handler: async (ctx, { itemId, ...written }) => {
    const item = await writableItem(ctx, itemId);
    const { slot, before } = await ownReview(ctx, item);
    const rubric = await checked(ctx, item, before.rubricId, written);
    const amended = await amendReview(ctx, item, slot, before, rubric, written);
    return await toReview(new Names(ctx), amended);
  },
});

/**
 * Take a review back within two minutes: it is a draft again, and its session claimed. Another claim
 * in the same queue is given up, its draft stays.
 *
 * @throws CONFLICT if it is too late, it was amended, or the session was decided.
 */
export const undo = authedMutation("reviews:undo", {
  args: { itemId: v.string() },
  returns: claim,
  handler: async (ctx, { itemId }) => {
    const item = await writableItem(ctx, itemId);
    const { slot, before } = await ownReview(ctx, item);
    if (before.undoUntil === undefined || before.undoUntil <= Date.now()) {
      throw refusal("CONFLICT", "The review can no longer be taken back; amend it.");
    }
    const queue = (await ctx.db.get("reviewQueues", item.queueId))!;
    const rubric = (await ctx.db.get("rubrics", before.rubricId))!;
    await giveUpOther(ctx, queue._id, ctx.caller.subject);
    const claimed = await withdrawReview(ctx, item, slot, before, rubric, queue.leaseMs);
    return await toClaim(ctx, claimed);
  },
});

/**
 * Decide about a session whose reviews are in: the decision's score is the session's. A later
 * decision takes the place of an earlier one; all stay as history.
 *
 * @throws CONFLICT while reviews are missing.
 */
export const adjudicate = authedMutation("reviews:adjudicate", {
  args: { itemId: v.string(), ...content.fields },
  returns: review,
  handler: async (ctx, { itemId, ...written }) => {
    const item = await writableItem(ctx, itemId);
    if (item.state !== "done") {
      throw refusal("CONFLICT", "The session does not have all its reviews yet.");
    }
    const last = await ctx.db
      .query("reviews")
      .withIndex("by_item_latest", (q) => q.eq("itemId", item._id).eq("latest", true))
      .first();
    const rubric = await checked(ctx, item, last!.rubricId, written);
    const decision = await decide(ctx, item, ctx.caller.subject, rubric, written);
    const session = (await ctx.db.get("userSessions", item.sessionId))!;
    const entry = { subjectType: "userSession", subjectId: item.sessionId };
    const about = await aboutSession(ctx, session);
    await recordAudit(ctx, { action: "review.decide", ...entry, ...about });
    return await toReview(new Names(ctx), decision);
  },
});

async function writableItem(ctx: AuthedMutationCtx, itemId: string) {
  const item = await requireItem(ctx, itemId);
  ctx.about(item.userId);
  await refuseErasing(ctx, item.userId);
  return item;
}

/** @throws VALIDATION naming what the rubric does not allow or asks for. */
async function checked(
  ctx: QueryCtx,
  item: Doc<"reviewItems">,
  rubricId: Doc<"rubrics">["_id"],
  written: Content,
): Promise<Doc<"rubrics">> {
  const rubric = (await ctx.db.get("rubrics", rubricId))!;
  const session = (await ctx.db.get("userSessions", item.sessionId))!;
  const checks = new Checks();
  checkContent(checks, rubric.criteria, written, session.maxSequence, false);
  checks.done();
  return rubric;
}

/** The caller's submitted review of an item that is not decided. */
async function ownReview(ctx: AuthedMutationCtx & MutationCtx, item: Doc<"reviewItems">) {
  const { subject } = ctx.caller;
  const slot = await slotOf(ctx, item._id, subject);
  const before = await lastVersion(ctx, item._id, subject, "review");
  if (slot?.state !== "submitted" || before?.latest !== true) {
    throw refusal("CONFLICT", "The session has no submitted review of the caller.");
  }
  if (item.dispute === "settled") throw refusal("CONFLICT", "The session was decided.");
  return { slot, before };
}

/**
 * Return the reviews and decisions of a session that count.
 *
 * A reviewer sees those of others once their own is submitted, or when no open queue wants one any
 * more. `differs` names the answers that another review shown here does not share.
 */
export const ofSession = authedQuery("reviews:ofSession", {
  args: { sessionId: v.string() },
  returns: v.array(review),
  handler: async (ctx, { sessionId }) => {
    const session = await requireSession(ctx, sessionId);
    const rows = await ctx.db
      .query("reviews")
      .withIndex("by_session_latest", (q) => q.eq("sessionId", session._id).eq("latest", true))
      .take(ITEMS_PER_SESSION * (REVIEW_TARGET.max + 1));
    const isOpen = await seesOthers(ctx, session._id);
    const names = new Names(ctx);
    const shown = rows.filter(({ reviewerId }) => isOpen || reviewerId === ctx.caller.subject);
    return await Promise.all(
      shown.map(async (row) => ({
        ...(await toReview(names, row)),
        differs: await differencesOf(ctx, row, shown),
      })),
    );
  },
});

/** Where a review's answers are not those of another one of the same session in the same queue. */
async function differencesOf(ctx: QueryCtx, review: Doc<"reviews">, all: Doc<"reviews">[]) {
  const { criteria } = (await ctx.db.get("rubrics", review.rubricId))!;
  const others = all.filter(
    ({ _id, itemId, rubricId, kind }) =>
      _id !== review._id &&
      itemId === review.itemId &&
      rubricId === review.rubricId &&
      kind === "review",
  );
  const found = others.flatMap((other) => differences(criteria, review, other));
  return [...new Map(found.map((one) => [`${one.key} ${one.sequence}`, one])).values()];
}

/**
 * Return one page of the reviews and decisions that count, newest first by default.
 *
 * `from` is inclusive, `to` exclusive, by submission. What `ofSession` keeps from a reviewer is
 * left out. With `named`, up to 50 reviews come with the titles of their sessions.
 */
export const list = authedQuery("reviews:list", {
  args: {
    ...pageArgs,
    queueId: v.optional(v.string()),
    reviewerId: v.optional(v.string()),
    rubricId: v.optional(v.string()),
    kind: v.optional(reviewKind),
    from: v.optional(moment()),
    to: v.optional(moment()),
    order: v.optional(order),
    named: v.optional(v.boolean()),
  },
  returns: page(review),
  handler: async (ctx, { cursor, limit, from, to, order, named, ...wanted }) => {
    const source = sourceOf(ctx, wanted);
    if (source === null) return { items: [], nextCursor: null };
    const found = await readPage(
      ctx,
      {
        table: "reviews",
        ...source,
        sortField: "createdAt",
        from,
        to,
        order: order ?? "desc",
        cursor,
        limit,
        ...(named === true ? { maxLimit: NAMED_ITEMS } : {}),
        filters: wanted,
      },
      ({ reviewerId, rubricId, kind }) =>
        (wanted.reviewerId === undefined || reviewerId === wanted.reviewerId) &&
        (wanted.rubricId === undefined || rubricId === wanted.rubricId) &&
        (wanted.kind === undefined || kind === wanted.kind),
    );
    const names = new Names(ctx);
    const open = new Map<string, Promise<boolean>>();
    const items = [];
    for (const row of found.items) {
      const { sessionId } = row;
      if (!open.has(sessionId)) open.set(sessionId, seesOthers(ctx, sessionId));
      const isShown = row.reviewerId === ctx.caller.subject || (await open.get(sessionId)!);
      if (!isShown) continue;
      const sessionTitle = named === true ? await names.ofSession(sessionId) : undefined;
      const shown = await toReview(names, row);
      items.push({ ...shown, ...(sessionTitle === undefined ? {} : { sessionTitle }) });
    }
    return { items, nextCursor: found.nextCursor };
  },
});

/** The index to read; null if the queue cannot be one. */
function sourceOf(ctx: QueryCtx, wanted: { queueId?: string; reviewerId?: string }) {
  if (wanted.queueId !== undefined) {
    const queueId = ctx.db.normalizeId("reviewQueues", wanted.queueId);
    if (queueId === null) return null;
    return { index: "by_queue_latest" as const, equals: { queueId, latest: true } };
  }
  if (wanted.reviewerId !== undefined) {
    const { reviewerId } = wanted;
    return { index: "by_reviewer_latest" as const, equals: { reviewerId, latest: true } };
  }
  return { index: "by_latest" as const, equals: { latest: true } };
}

/**
 * Return one page of the versions of one reviewer's review or decision, newest first.
 *
 * Those that were taken back are among them. Reviewers see their own; admins everybody's.
 *
 * @throws FORBIDDEN for another reviewer's.
 */
export const history = authedQuery("reviews:history", {
  args: {
    ...pageArgs,
    itemId: v.string(),
    reviewerId: v.string(),
    kind: v.optional(reviewKind),
  },
  returns: page(review),
  handler: async (ctx, { cursor, limit, itemId, reviewerId, kind }) => {
    if (reviewerId !== ctx.caller.subject && ctx.caller.role === "reviewer") {
      throw refusal("FORBIDDEN", "Earlier versions are for their reviewer and admins.");
    }
    const item = await requireItem(ctx, itemId);
    const found = await readPage(ctx, {
      table: "reviews",
      index: "by_item_reviewer_kind",
      equals: { itemId: item._id, reviewerId, kind: kind ?? "review" },
      sortField: "version",
      order: "desc",
      cursor,
      limit,
    });
    const names = new Names(ctx);
    const items = await Promise.all(found.items.map((row) => toReview(names, row)));
    return { items, nextCursor: found.nextCursor };
  },
});

/** Return one page of how pairs of a queue's reviewers answered the same questions. */
export const agreements = authedQuery("reviews:agreements", {
  args: { ...pageArgs, queueId: v.string() },
  returns: page(agreement),
  handler: async (ctx, { cursor, limit, queueId }) => {
    const queue = await requireQueue(ctx, queueId);
    const found = await readPage(ctx, {
      table: "reviewAgreements",
      index: "by_queue_createdAt",
      equals: { queueId: queue._id },
      sortField: "createdAt",
      order: "asc",
      cursor,
      limit,
    });
    const names = new Names(ctx);
    const items = found.items.map(async ({ rubricId, first, second, cells }) => {
      const [firstName, secondName] = [await names.of(first), await names.of(second)];
      return {
        rubricId,
        first,
        ...(firstName === undefined ? {} : { firstName }),
        second,
        ...(secondName === undefined ? {} : { secondName }),
        cells,
      };
    });
    return { items: await Promise.all(items), nextCursor: found.nextCursor };
  },
});

/**
 * Return mean scores by the UTC day on which sessions started, rubric and model.
 *
 * `from` is inclusive, `to` exclusive, at most 366 days. Decisions are not counted.
 *
 * @throws LIMIT_EXCEEDED if the answer has too many rows: ask for fewer days.
 */
export const trends = authedQuery("reviews:trends", {
  args: { from: moment(), to: moment(), rubricId: v.optional(v.string()) },
  returns: v.array(scoreTrend),
  handler: async (ctx, { rubricId, ...args }) => {
    const from = dayOf(args.from);
    const checks = new Checks();
    checks.number("to", args.to - from, 0, TREND_DAYS * DAY_MS);
    checks.done();
    const rows = await ctx.db
      .query("reviewScores")
      .withIndex("by_day", (q) => q.gte("day", from).lt("day", args.to))
      .take(SCAN_DOCUMENTS);
    if (rows.length === SCAN_DOCUMENTS) {
      throw refusal("LIMIT_EXCEEDED", "There are too many figures for one answer.");
    }
    return rows
      .filter((row) => row.reviews > 0 && (rubricId === undefined || row.rubricId === rubricId))
      .map(({ day, rubricId, provider, modelId, reviews, scoreMillis }) => ({
        day,
        rubricId,
        ...(provider === "" ? {} : { provider }),
        ...(modelId === "" ? {} : { modelId }),
        reviewCount: reviews,
        meanScore: scoreMillis / 1000 / reviews,
      }));
  },
});
