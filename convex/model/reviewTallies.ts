/** Counts that the writes of the review workflow keep. */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { addCells, cellsOf } from "./agreement.ts";
import { refusal } from "./errors.ts";
import { REVIEWERS_PER_QUEUE, REVIEW_TARGET } from "./limits.ts";
import { hash32 } from "./sampling.ts";
import { dayOf } from "./totals.ts";

/** Rows over which the counts of a queue are spread, so that reviewers seldom meet in one. */
export const QUEUE_SHARDS = 8;
export const QUEUE = "queue";
export const REVIEWER = "reviewer:";

export type Tally = { items: number; done: number; submitted: number; assigned: number };
export const NOTHING: Tally = { items: 0, done: 0, submitted: 0, assigned: 0 };

type Place = { queueId: Id<"reviewQueues">; owner: string; shard: number };

export function shardOf(sessionId: string): number {
  return hash32(sessionId) % QUEUE_SHARDS;
}

/** Add to the counts of the queue. */
export async function addToQueue(
  ctx: MutationCtx,
  { queueId, sessionId }: { queueId: Id<"reviewQueues">; sessionId: string },
  delta: Partial<Tally>,
): Promise<void> {
  const shard = shardOf(sessionId);
  const row = await ctx.db
    .query("reviewTallies")
    .withIndex("by_queue_owner", (q) =>
      q.eq("queueId", queueId).eq("owner", QUEUE).eq("shard", shard),
    )
    .unique();
  await add(ctx, { queueId, owner: QUEUE, shard }, row, delta);
}

/**
 * Add to the counts of a reviewer in the queue; with no delta, note that they work on it.
 *
 * @throws LIMIT_EXCEEDED for one reviewer too many.
 */
export async function addToReviewer(
  ctx: MutationCtx,
  queueId: Id<"reviewQueues">,
  reviewerId: string,
  delta: Partial<Tally>,
): Promise<void> {
  const owner = `${REVIEWER}${reviewerId}`;
  const row = await ctx.db
    .query("reviewTallies")
    .withIndex("by_queue_owner", (q) => q.eq("queueId", queueId).eq("owner", owner).eq("shard", 0))
    .unique();
  if (row === null && (await reviewerTallies(ctx, queueId)).length >= REVIEWERS_PER_QUEUE) {
    const message = `A queue has at most ${REVIEWERS_PER_QUEUE} reviewers.`;
    throw refusal("LIMIT_EXCEEDED", message);
  }
  if (row !== null && Object.keys(delta).length === 0) return;
  await add(ctx, { queueId, owner, shard: 0 }, row, delta);
}

async function add(
  ctx: MutationCtx,
  key: Place,
  row: Doc<"reviewTallies"> | null,
  delta: Partial<Tally>,
): Promise<void> {
  await setTally(ctx, key, row, plus(row ?? NOTHING, delta));
}

/** Add to counts. */
export function plus(known: Tally, more: Partial<Tally>): Tally {
  return {
    items: known.items + (more.items ?? 0),
    done: known.done + (more.done ?? 0),
    submitted: known.submitted + (more.submitted ?? 0),
    assigned: known.assigned + (more.assigned ?? 0),
  };
}

/** Write counts over a row, or make it. */
export async function setTally(
  ctx: MutationCtx,
  key: Place,
  row: Doc<"reviewTallies"> | null,
  counts: Tally,
): Promise<void> {
  if (row !== null) await ctx.db.patch("reviewTallies", row._id, counts);
  else await ctx.db.insert("reviewTallies", { ...key, ...counts, createdAt: Date.now() });
}

/** Rows of the queue by shard. */
export async function queueTallies(ctx: QueryCtx, queueId: Id<"reviewQueues">) {
  return await ctx.db
    .query("reviewTallies")
    .withIndex("by_queue_owner", (q) => q.eq("queueId", queueId).eq("owner", QUEUE))
    .take(QUEUE_SHARDS);
}

/** Rows of the queue's reviewers, with their ids. */
export async function reviewerTallies(ctx: QueryCtx, queueId: Id<"reviewQueues">) {
  const rows = await ctx.db
    .query("reviewTallies")
    .withIndex("by_queue_owner", (q) => q.eq("queueId", queueId).gte("owner", REVIEWER))
    .take(REVIEWERS_PER_QUEUE);
  return rows.map((row) => ({ ...row, reviewerId: row.owner.slice(REVIEWER.length) }));
}

/** The reviews of an item that count. */
export async function latestReviews(
  ctx: QueryCtx,
  itemId: Id<"reviewItems">,
): Promise<Doc<"reviews">[]> {
  return await ctx.db
    .query("reviews")
    .withIndex("by_item_latest", (q) => q.eq("itemId", itemId).eq("latest", true))
    .take(REVIEW_TARGET.max + 1);
}

/** Say whether a version counts for agreement; of those of earlier releases the latest does. */
export function isCounted({ kind, counted, latest }: Doc<"reviews">): boolean {
  return kind === "review" && (counted ?? latest);
}

/** The versions of an item that count for agreement: of each reviewer one at most. */
async function countedReviews(ctx: QueryCtx, itemId: Id<"reviewItems">): Promise<Doc<"reviews">[]> {
  const marked = await ctx.db
    .query("reviews")
    .withIndex("by_item_counted", (q) => q.eq("itemId", itemId).eq("counted", true))
    .take(REVIEW_TARGET.max);
  const older = (await latestReviews(ctx, itemId)).filter(({ counted }) => counted === undefined);
  return [...marked, ...older.filter(isCounted)];
}

/** Count a review in (or out of) the agreement of its reviewer with the others of the item. */
export async function countPairs(
  ctx: MutationCtx,
  review: Doc<"reviews">,
  rubric: Doc<"rubrics">,
  sign: 1 | -1,
): Promise<void> {
  for (const other of await countedReviews(ctx, review.itemId)) {
    const isPeer = other.rubricId === review.rubricId && other.reviewerId !== review.reviewerId;
    if (isPeer) await countPair(ctx, review, other, rubric, sign);
  }
}

/** Count all reviews of an item out, one after the other. */
export async function uncountReviews(ctx: MutationCtx, itemId: Id<"reviewItems">): Promise<void> {
  for (const review of await countedReviews(ctx, itemId)) {
    const rubric = (await ctx.db.get("rubrics", review.rubricId))!;
    await countPairs(ctx, review, rubric, -1);
    await ctx.db.patch("reviews", review._id, { counted: false });
  }
  for (const review of await latestReviews(ctx, itemId)) {
    if (review.kind === "review") await countScore(ctx, review, -1);
    await ctx.db.patch("reviews", review._id, { latest: false });
  }
}

async function countPair(
  ctx: MutationCtx,
  one: Doc<"reviews">,
  other: Doc<"reviews">,
  rubric: Doc<"rubrics">,
  sign: 1 | -1,
): Promise<void> {
  const { queueId, rubricId } = one;
  const [a, b] = one.reviewerId < other.reviewerId ? [one, other] : [other, one];
  const cells = cellsOf(rubric.criteria, a, b);
  const [first, second] = [a.reviewerId, b.reviewerId];
  const row = await ctx.db
    .query("reviewAgreements")
    .withIndex("by_queue_pair", (q) =>
      q.eq("queueId", queueId).eq("rubricId", rubricId).eq("first", first).eq("second", second),
    )
    .unique();
  const sums = addCells(row?.cells ?? [], cells, sign);
  const pair = { queueId, rubricId, first, second, cells: sums, createdAt: Date.now() };
  if (row === null) await ctx.db.insert("reviewAgreements", pair);
  else await ctx.db.patch("reviewAgreements", row._id, { cells: sums });
}

/** Count a review in (or out of) the scores of its day and model. Decisions are not counted. */
export async function countScore(
  ctx: MutationCtx,
  { sessionId, rubricId, score }: Doc<"reviews">,
  sign: 1 | -1,
): Promise<void> {
  if (score === undefined) return;
  const session = await ctx.db.get("userSessions", sessionId);
  if (session === null) throw new Error("a review without its session");
  const day = dayOf(session.startedAt);
  // Neither start nor model of a session ever change, so what is added here is what is taken off.
  const { provider = "", modelId = "" } = session;
  const row = await ctx.db
    .query("reviewScores")
    .withIndex("by_day", (q) =>
      q.eq("day", day).eq("rubricId", rubricId).eq("provider", provider).eq("modelId", modelId),
    )
    .unique();
  const reviews = (row?.reviews ?? 0) + sign;
  const scoreMillis = (row?.scoreMillis ?? 0) + sign * Math.round(score * 1000);
  if (row !== null) await ctx.db.patch("reviewScores", row._id, { reviews, scoreMillis });
  else {
    const key = { day, rubricId, provider, modelId };
    await ctx.db.insert("reviewScores", { ...key, reviews, scoreMillis, createdAt: Date.now() });
  }
}
