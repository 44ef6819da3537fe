/** Reviews: submitted, amended, taken back, decided. Every version stays. */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { differ } from "./agreement.ts";
import { refusal } from "./errors.ts";
import type { AuthedMutationCtx } from "./functions.ts";
import { REVIEW_UNDO_MS, REVIEW_VERSIONS } from "./limits.ts";
import type { Content } from "./reviewFields.ts";
import { review as reviewRecord } from "./reviewRecords.ts";
import type { Names } from "./names.ts";
import type { Claim, Review } from "./reviewRecords.ts";
import { noteExposure, noteWriter, writesBlind } from "./blindness.ts";
import { settleItem, takeNext } from "./reviewSlots.ts";
import {
  addToQueue,
  addToReviewer,
  countPairs,
  countScore,
  isCounted,
  latestReviews,
} from "./reviewTallies.ts";
import { scoreOf } from "./rubric.ts";
import { SessionReader } from "./sessions.ts";
import { toRecord } from "./toRecord.ts";

type Item = Doc<"reviewItems">;
type Slot = Doc<"reviewSlots">;
type Kind = Doc<"reviews">["kind"];

/** The last version that a reviewer wrote about an item, taken back or not; or null. */
export async function lastVersion(
  ctx: QueryCtx,
  itemId: Id<"reviewItems">,
  reviewerId: string,
  kind: Kind,
): Promise<Doc<"reviews"> | null> {
  return await ctx.db
    .query("reviews")
    .withIndex("by_item_reviewer_kind", (q) =>
      q.eq("itemId", itemId).eq("reviewerId", reviewerId).eq("kind", kind),
    )
    .order("desc")
    .first();
}

/** Fill a claimed slot with its review, for good; the draft goes. */
export async function submitReview(
  ctx: AuthedMutationCtx,
  item: Item,
  slot: Slot,
  rubric: Doc<"rubrics">,
  content: Content,
): Promise<Doc<"reviews">> {
  const now = Date.now();
  const counted = await writesBlind(ctx, item.sessionId);
  const review = await insertVersion(ctx, item, slot.reviewerId, "review", rubric, content, {
    durationMs: now - slot.claimedAt,
    undoUntil: now + REVIEW_UNDO_MS,
    counted,
  });
  await noteWriter(ctx, item);
  const { score } = review;
  await ctx.db.patch("reviewSlots", slot._id, { state: "submitted", leaseUntil: 0, score });
  await deleteDraft(ctx, item._id, slot.reviewerId);
  await countSubmission(ctx, item, slot, 1);
  if (counted) await countPairs(ctx, review, rubric, 1);
  await countScore(ctx, review, 1);
  await settleItem(ctx, item._id);
  await settleDispute(ctx, item._id, rubric);
  await noteExposure(ctx, item);
  return review;
}

/**
 * Put a new version of a review in the place of the last one. Once others' became visible, the
 * version before keeps its place in the agreement.
 */
export async function amendReview(
  ctx: AuthedMutationCtx,
  item: Item,
  slot: Slot,
  before: Doc<"reviews">,
  rubric: Doc<"rubrics">,
  content: Content,
): Promise<Doc<"reviews">> {
  const blind = await writesBlind(ctx, item.sessionId);
  if (blind) await countPairs(ctx, before, rubric, -1);
  await countScore(ctx, before, -1);
  const counted = !blind && isCounted(before);
  await ctx.db.patch("reviews", before._id, { latest: false, counted });
  const { durationMs } = before;
  const review = await insertVersion(ctx, item, slot.reviewerId, "review", rubric, content, {
    ...(durationMs === undefined ? {} : { durationMs }),
    counted: blind,
  });
  await ctx.db.patch("reviewSlots", slot._id, { score: review.score });
  if (blind) await countPairs(ctx, review, rubric, 1);
  await countScore(ctx, review, 1);
  await settleItem(ctx, item._id);
  await settleDispute(ctx, item._id, rubric);
  return review;
}

/** Turn a submitted review back into a claim and a draft. */
export async function withdrawReview(
  ctx: MutationCtx,
  item: Item,
  slot: Slot,
  review: Doc<"reviews">,
  rubric: Doc<"rubrics">,
  leaseMs: number,
): Promise<Slot> {
  if (isCounted(review)) await countPairs(ctx, review, rubric, -1);
  await countScore(ctx, review, -1);
  const now = Date.now();
  const gone = { latest: false, counted: false, withdrawnAt: now };
  await ctx.db.patch("reviews", review._id, gone);
  const claim = { state: "claimed" as const, leaseUntil: now + leaseMs, score: undefined };
  await ctx.db.patch("reviewSlots", slot._id, claim);
  await keepDraft(ctx, item, slot.reviewerId, contentOf(review));
  await countSubmission(ctx, item, slot, -1);
  await settleItem(ctx, item._id);
  await settleDispute(ctx, item._id, rubric);
  return (await ctx.db.get("reviewSlots", slot._id))!;
}

/** Record the final decision about an item; an earlier one becomes history. */
export async function decide(
  ctx: MutationCtx,
  item: Item,
  deciderId: string,
  rubric: Doc<"rubrics">,
  content: Content,
): Promise<Doc<"reviews">> {
  for (const before of await latestReviews(ctx, item._id)) {
    if (before.kind === "decision") await ctx.db.patch("reviews", before._id, { latest: false });
  }
  const decision = await insertVersion(ctx, item, deciderId, "decision", rubric, content, {});
  await ctx.db.patch("reviewItems", item._id, { decisionScore: decision.score });
  await settleItem(ctx, item._id);
  await settleDispute(ctx, item._id, rubric);
  return decision;
}

async function insertVersion(
  ctx: MutationCtx,
  item: Item,
  reviewerId: string,
  kind: Kind,
  rubric: Doc<"rubrics">,
  content: Content,
  more: { durationMs?: number; undoUntil?: number; counted?: boolean },
): Promise<Doc<"reviews">> {
  const before = await lastVersion(ctx, item._id, reviewerId, kind);
  const version = (before?.version ?? 0) + 1;
  if (version > REVIEW_VERSIONS) {
    throw refusal("LIMIT_EXCEEDED", `A review has at most ${REVIEW_VERSIONS} versions.`);
  }
  const score = scoreOf(rubric.criteria, content);
  const id = await ctx.db.insert("reviews", {
    queueId: item.queueId,
    itemId: item._id,
    sessionId: item.sessionId,
    userId: item.userId,
    reviewerId,
    kind,
    rubricId: rubric._id,
    version,
    latest: true,
    ...content,
    ...(score === undefined ? {} : { score }),
    ...more,
    createdAt: Date.now(),
  });
  return (await ctx.db.get("reviews", id))!;
}

async function countSubmission(
  ctx: MutationCtx,
  item: Item,
  { reviewerId, assignedBy }: Slot,
  sign: 1 | -1,
): Promise<void> {
  await addToQueue(ctx, item, { submitted: sign });
  const assigned = assignedBy === undefined ? 0 : -sign;
  await addToReviewer(ctx, item.queueId, reviewerId, { submitted: sign, assigned });
}

/** Note whether the reviews of an item that is done differ, and whether that is decided. */
async function settleDispute(
  ctx: MutationCtx,
  itemId: Id<"reviewItems">,
  rubric: Doc<"rubrics">,
): Promise<void> {
  const item = (await ctx.db.get("reviewItems", itemId))!;
  const latest = await latestReviews(ctx, itemId);
  const reviews = latest.filter(
    ({ kind, rubricId }) => kind === "review" && rubricId === rubric._id,
  );
  const isDecided = latest.some(({ kind }) => kind === "decision");
  const isDisputed =
    item.state === "done" &&
    reviews.some((one, index) =>
      reviews.slice(index + 1).some((other) => differ(rubric.criteria, one, other)),
    );
  const dispute = isDecided ? "settled" : isDisputed ? "open" : undefined;
  if (dispute !== item.dispute) await ctx.db.patch("reviewItems", itemId, { dispute });
}

export async function draftOf(
  ctx: QueryCtx,
  itemId: Id<"reviewItems">,
  reviewerId: string,
): Promise<Doc<"reviewDrafts"> | null> {
  return await ctx.db
    .query("reviewDrafts")
    .withIndex("by_item_reviewer", (q) => q.eq("itemId", itemId).eq("reviewerId", reviewerId))
    .unique();
}

export async function keepDraft(
  ctx: MutationCtx,
  { _id: itemId, userId }: Item,
  reviewerId: string,
  content: Content,
): Promise<void> {
  const draft = await draftOf(ctx, itemId, reviewerId);
  const updatedAt = Date.now();
  if (draft !== null) await ctx.db.patch("reviewDrafts", draft._id, { content, updatedAt });
  else {
    const row = { itemId, userId, reviewerId, content, updatedAt, createdAt: updatedAt };
    await ctx.db.insert("reviewDrafts", row);
  }
}

async function deleteDraft(ctx: MutationCtx, itemId: Id<"reviewItems">, reviewerId: string) {
  const draft = await draftOf(ctx, itemId, reviewerId);
  if (draft !== null) await ctx.db.delete("reviewDrafts", draft._id);
}

export function contentOf({ answers, turns, comments, corrections }: Content): Content {
  return { answers, turns, comments, corrections };
}

/** The claim as its reviewer sees it, with the session and the draft. */
export async function toClaim(ctx: QueryCtx, slot: Slot): Promise<Claim> {
  const item = (await ctx.db.get("reviewItems", slot.itemId))!;
  const session = (await ctx.db.get("userSessions", item.sessionId))!;
  const draft = await draftOf(ctx, item._id, slot.reviewerId);
  return {
    itemId: item._id,
    queueId: item.queueId,
    rubricId: slot.rubricId,
    session: await new SessionReader(ctx).record(session),
    isAssigned: slot.assignedBy !== undefined,
    claimedAt: slot.claimedAt,
    leaseUntil: slot.leaseUntil,
    draft: draft?.content ?? null,
    ...(draft === null ? {} : { draftUpdatedAt: draft.updatedAt }),
  };
}

/** The same for an answer that may be stored: it holds data of the session's user. */
export async function shownClaim(ctx: AuthedMutationCtx, slot: Slot): Promise<Claim> {
  const item = (await ctx.db.get("reviewItems", slot.itemId))!;
  ctx.about(item.userId);
  return await toClaim(ctx, slot);
}

/** Claim the caller's next session of a queue; null if there is none, or the queue is closed. */
export async function nextClaim(
  ctx: AuthedMutationCtx,
  queue: Doc<"reviewQueues">,
): Promise<Claim | null> {
  if (queue.state === "closed") return null;
  const slot = await takeNext(ctx, queue, ctx.caller.subject);
  return slot === null ? null : await shownClaim(ctx, slot);
}

export async function toReview(names: Names, review: Doc<"reviews">): Promise<Review> {
  return toRecord(reviewRecord, review, await names.reviewer(review.reviewerId));
}
