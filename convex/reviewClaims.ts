/**
 * What a reviewer works on: one session per queue, while the lease lasts.
 *
 * A claim is named by its item and its reviewer, so that what was written survives the end of the
 * lease.
 */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import { Checks } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import type { AuthedMutationCtx } from "./model/functions.ts";
import { limitCaller, limitGrowth } from "./model/rateLimit.ts";
import { lastPlace, requireItem, requireQueue } from "./model/reviewQueues.ts";
import { content } from "./model/reviewFields.ts";
import { claim } from "./model/reviewRecords.ts";
import { freeSlot, heldSlot, renewed, slotOf, takeItem } from "./model/reviewSlots.ts";
import { draftOf, keepDraft, nextClaim, shownClaim, toClaim } from "./model/reviewing.ts";
import { checkContent } from "./model/rubric.ts";
import { sizeOf } from "./model/texts.ts";
import { refuseErasing } from "./model/users.ts";
import { moment, named } from "./model/fields.ts";

/**
 * Claim the caller's next session of a queue; repeated, it is the same one.
 *
 * It is what they hold already, else what is assigned to them, else the first one by priority and
 * order. Null if there is none, or the queue is closed.
 */
export const next = authedMutation("reviewClaims:next", {
  args: { queueId: v.string() },
  returns: v.union(claim, v.null()),
  handler: async (ctx, { queueId }) => {
    const queue = await requireQueue(ctx, queueId);
    return await nextClaim(ctx, queue);
  },
});

/**
 * Claim this session of a queue.
 *
 * Another claim in the same queue is given up, its draft stays.
 *
 * @throws CONFLICT if all places are taken, the caller's review is submitted, or the queue is closed.
 */
export const take = authedMutation("reviewClaims:take", {
  args: { itemId: v.string() },
  returns: claim,
  handler: async (ctx, { itemId }) => {
    const item = await requireItem(ctx, itemId);
    const queue = (await ctx.db.get("reviewQueues", item.queueId))!;
    if (queue.state === "closed") throw refusal("CONFLICT", "The review queue is closed.");
    await refuseErasing(ctx, item.userId);
    return await shownClaim(ctx, await takeItem(ctx, queue, item, ctx.caller.subject));
  },
});

/** Return what the caller holds in a queue, its lease over or not; or null. */
export const current = authedQuery("reviewClaims:current", {
  args: { queueId: v.string() },
  returns: v.union(claim, v.null()),
  handler: async (ctx, { queueId }) => {
    const queue = await requireQueue(ctx, queueId);
    const slot = await heldSlot(ctx, queue._id, ctx.caller.subject);
    return slot === null ? null : await toClaim(ctx, slot);
  },
});

const held = named(
  "ClaimRenewal",
  v.object({ held: v.boolean(), leaseUntil: v.union(moment(), v.null()) }),
);

/** Prolong the claim; `held` is false if it ended and the place went back to the queue. */
export const renew = authedMutation("reviewClaims:renew", {
  args: { itemId: v.string() },
  returns: held,
  handler: async (ctx, { itemId }) => await prolonged(ctx, await requireItem(ctx, itemId)),
});

async function prolonged(ctx: AuthedMutationCtx, item: Doc<"reviewItems">) {
  const slot = await slotOf(ctx, item._id, ctx.caller.subject);
  if (slot?.state !== "claimed") return { held: false, leaseUntil: null };
  const queue = (await ctx.db.get("reviewQueues", item.queueId))!;
  const { leaseUntil } = await renewed(ctx, queue, slot);
  return { held: true, leaseUntil };
}

/**
 * Give the place back; the draft stays. With `skip`, the session moves to the end of its priority,
 * so that `next` brings another one first.
 */
export const release = authedMutation("reviewClaims:release", {
  args: { itemId: v.string(), skip: v.optional(v.boolean()) },
  returns: named("ClaimRelease", v.object({ released: v.boolean() })),
  handler: async (ctx, { itemId, skip }) => {
    const item = await requireItem(ctx, itemId);
    const slot = await slotOf(ctx, item._id, ctx.caller.subject);
    if (slot?.state !== "claimed") return { released: false };
    await freeSlot(ctx, slot);
    if (skip === true) {
      const place = lastPlace();
      await ctx.db.patch("reviewItems", item._id, { place });
      const own = await slotOf(ctx, item._id, ctx.caller.subject);
      if (own !== null) await ctx.db.patch("reviewSlots", own._id, { place });
    }
    return { released: true };
  },
});

/**
 * Keep what was written so far, and prolong the claim. The draft is kept even if the claim ended
 * meanwhile, unless the review was submitted.
 *
 * @throws VALIDATION naming the answer that the rubric does not allow; CONFLICT once submitted.
 */
export const saveDraft = authedMutation("reviewClaims:saveDraft", {
  limitsGrowth: true,
  args: { itemId: v.string(), ...content.fields },
  returns: held,
  handler: async (ctx, { itemId, ...draft }) => {
    const item = await requireItem(ctx, itemId);
    await refuseErasing(ctx, item.userId);
    const { subject } = ctx.caller;
    const slot = await slotOf(ctx, item._id, subject);
    if (slot?.state === "submitted") {
      throw refusal("CONFLICT", "The review is submitted; amend it.");
    }
    // Whoever holds no place may still save what they wrote while they did, but not at random.
    if (slot?.state !== "claimed") await limitCaller(ctx, "draft");
    const session = (await ctx.db.get("userSessions", item.sessionId))!;
    const queue = (await ctx.db.get("reviewQueues", item.queueId))!;
    const rubric = (await ctx.db.get("rubrics", slot?.rubricId ?? queue.rubricId))!;
    const checks = new Checks();
    checkContent(checks, rubric.criteria, draft, session.maxSequence, true);
    checks.done();
    const before = await draftOf(ctx, item._id, subject);
    const grown = sizeOf(draft) - (before === null ? 0 : sizeOf(before.content));
    if (before === null || grown > 0) await limitGrowth(ctx, ctx.caller, Math.max(0, grown));
    await keepDraft(ctx, item, subject, draft);
    return await prolonged(ctx, item);
  },
});
