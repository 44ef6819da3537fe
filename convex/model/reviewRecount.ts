/** Recounts a review queue: its items from their slots, its counts from its items. */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { RECOUNT_ITEMS } from "./limits.ts";
import { readPage } from "./paging.ts";
import { driftOf, fromCursor, toCursor } from "./repair.ts";
import type { Drift } from "./repair.ts";
import { countsOf, resultOf, slotsOf } from "./reviewSlots.ts";
import {
  NOTHING,
  QUEUE,
  REVIEWER,
  plus,
  queueTallies,
  reviewerTallies,
  setTally,
  shardOf,
} from "./reviewTallies.ts";
import type { Tally } from "./reviewTallies.ts";

/** Counts of the items read so far, by shard and by reviewer; `stamp` tells of later writes. */
type Part = {
  page: string | null;
  stamp: number;
  shards: Record<number, Tally>;
  reviewers: Record<string, Tally>;
};

/** Recount the next items of a queue; after the last one, compare the queue's counts. */
export async function recountQueue(
  ctx: MutationCtx,
  queue: Doc<"reviewQueues">,
  cursor: string | null,
  fix: boolean,
) {
  const stamp = await stampOf(ctx, queue._id);
  const part: Part =
    cursor === null
      ? { page: null, stamp, shards: {}, reviewers: {} }
      : (fromCursor(cursor) as Part);
  if (part.stamp !== stamp) return { checked: 0, drift: [], busy: true, nextCursor: null };
  const found = await readPage(ctx, {
    table: "reviewItems",
    index: "by_queue_createdAt",
    equals: { queueId: queue._id },
    sortField: "createdAt",
    order: "asc",
    cursor: part.page,
    limit: RECOUNT_ITEMS,
  });
  const drift: Drift[] = [];
  for (const item of found.items) drift.push(...(await settled(ctx, item, part, fix)));
  const checked = found.items.length;
  if (found.nextCursor !== null) {
    const state = { ...part, page: found.nextCursor };
    return { checked, drift, busy: false, nextCursor: toCursor(state) };
  }
  drift.push(...(await settledTallies(ctx, queue, part, fix)));
  return { checked, drift, busy: false, nextCursor: null };
}

/** Entries and submissions change it; a recount over several calls must not span one. */
async function stampOf(ctx: QueryCtx, queueId: Id<"reviewQueues">): Promise<number> {
  const rows = [...(await queueTallies(ctx, queueId)), ...(await reviewerTallies(ctx, queueId))];
  return rows.reduce((sum, row) => sum + row.items + row.done + row.submitted + row.assigned, 0);
}

async function settled(
  ctx: MutationCtx,
  item: Doc<"reviewItems">,
  part: Part,
  fix: boolean,
): Promise<Drift[]> {
  const slots = await slotsOf(ctx, item._id);
  const counts = countsOf(slots, item.target);
  const drift = driftOf(item._id, item as never, {
    submitted: counts.submitted,
    claimed: counts.claimed,
  });
  // Lane and state are texts: shown as 1 where they differ.
  const isMoved = item.lane !== counts.lane || item.state !== counts.state;
  if (isMoved) drift.push({ subjectId: item._id, field: "lane", stored: 1, actual: 0 });
  if (fix && drift.length > 0) await ctx.db.patch("reviewItems", item._id, counts);
  const done = counts.state === "done" ? 1 : 0;
  const shard = shardOf(item.sessionId);
  part.shards[shard] = plus(part.shards[shard] ?? NOTHING, {
    items: 1,
    done,
    submitted: counts.submitted,
  });
  for (const { reviewerId, state, assignedBy } of slots) {
    const isSubmitted = state === "submitted";
    const assigned = !isSubmitted && assignedBy !== undefined ? 1 : 0;
    const known = part.reviewers[reviewerId] ?? NOTHING;
    part.reviewers[reviewerId] = plus(known, { submitted: isSubmitted ? 1 : 0, assigned });
  }
  return [...drift, ...(await settledSession(ctx, item, fix))];
}

/** The session's score against the one that its items make. */
async function settledSession(
  ctx: MutationCtx,
  { sessionId }: Doc<"reviewItems">,
  fix: boolean,
): Promise<Drift[]> {
  const session = (await ctx.db.get("userSessions", sessionId))!;
  const result = await resultOf(ctx, session);
  const drift = driftOf(sessionId, { score: session.score }, { score: result.score });
  if (session.reviewStatus !== result.reviewStatus) {
    drift.push({ subjectId: sessionId, field: "reviewStatus", stored: 1, actual: 0 });
  }
  if (fix && drift.length > 0) await ctx.db.patch("userSessions", sessionId, result);
  return drift;
}

async function settledTallies(
  ctx: MutationCtx,
  { _id: queueId }: Doc<"reviewQueues">,
  part: Part,
  fix: boolean,
): Promise<Drift[]> {
  const drift: Drift[] = [];
  const compare = async (
    row: Doc<"reviewTallies"> | undefined,
    actual: Tally,
    place: { owner: string; shard: number },
  ) => {
    const stored = row ?? NOTHING;
    const found = driftOf(`${queueId} ${place.owner}`, stored, actual);
    if (fix && found.length > 0) await setTally(ctx, { queueId, ...place }, row ?? null, actual);
    drift.push(...found);
  };
  const shards = new Map((await queueTallies(ctx, queueId)).map((row) => [row.shard, row]));
  for (const shard of new Set([...shards.keys(), ...Object.keys(part.shards).map(Number)])) {
    const place = { owner: QUEUE, shard };
    await compare(shards.get(shard), part.shards[shard] ?? NOTHING, place);
  }
  const reviewers = await reviewerTallies(ctx, queueId);
  const known = new Map(reviewers.map((row) => [row.reviewerId, row]));
  for (const reviewerId of new Set([...known.keys(), ...Object.keys(part.reviewers)])) {
    const place = { owner: `${REVIEWER}${reviewerId}`, shard: 0 };
    await compare(known.get(reviewerId), part.reviewers[reviewerId] ?? NOTHING, place);
  }
  return drift;
}
