/**
 * Slots of items: who works on what, at most `target` at a time and one per reviewer and item.
 *
 * An item with a free slot stands in a lane: the ids of those who have its other slots, in order.
 * All items of one lane are free for the same reviewers, so the next item of a reviewer is the
 * first one of the lanes that do not name them. How many items wait makes no difference to that, nor
 * how many of them the reviewer has done already; how many lanes there are does, and there is one
 * for queues that want one review of each session, and one per reviewer (pair of reviewers) that
 * is ahead of the others for those that want two (three).
 *
 * A claim ends by time, without a write: whoever looks for work takes the slots of expired claims
 * back first.
 */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import { ITEMS_PER_SESSION, LANES, REVIEWERS_PER_QUEUE, REVIEW_TARGET } from "./limits.ts";
import { addToQueue, addToReviewer } from "./reviewTallies.ts";
import { meanOf } from "./rubric.ts";

type Queue = Doc<"reviewQueues">;
type Item = Doc<"reviewItems">;
type Slot = Doc<"reviewSlots">;

const SEPARATOR = "\n";
/** Lanes that a list of queues looks at for each. */
const LANES_OF_LIST = 16;

/** The lane of an item whose slots are given; undefined if none is free. */
export function laneOf(slots: { reviewerId: string }[], target: number): string | undefined {
  if (slots.length >= target) return undefined;
  return slots
    .map(({ reviewerId }) => reviewerId)
    .sort()
    .join(SEPARATOR);
}

export async function slotsOf(ctx: QueryCtx, itemId: Id<"reviewItems">): Promise<Slot[]> {
  return await ctx.db
    .query("reviewSlots")
    .withIndex("by_item_reviewer", (q) => q.eq("itemId", itemId))
    .take(REVIEW_TARGET.max);
}

/** The reviewer's slot of an item, or null. */
export async function slotOf(
  ctx: QueryCtx,
  itemId: Id<"reviewItems">,
  reviewerId: string,
): Promise<Slot | null> {
  return await ctx.db
    .query("reviewSlots")
    .withIndex("by_item_reviewer", (q) => q.eq("itemId", itemId).eq("reviewerId", reviewerId))
    .unique();
}

/** The slot that a reviewer holds in a queue, its lease over or not. */
export async function heldSlot(
  ctx: QueryCtx,
  queueId: Id<"reviewQueues">,
  reviewerId: string,
): Promise<Slot | null> {
  return await ctx.db
    .query("reviewSlots")
    .withIndex("by_queue_reviewer", (q) =>
      q.eq("queueId", queueId).eq("reviewerId", reviewerId).eq("state", "claimed"),
    )
    .unique();
}

/**
 * Hand the reviewer the next item of a queue: what they hold already, else what is assigned to
 * them, else the first one with a free slot, by priority and place. Null if there is none.
 */
export async function takeNext(ctx: MutationCtx, queue: Queue, reviewerId: string) {
  const held = await heldSlot(ctx, queue._id, reviewerId);
  if (held !== null) return await renewed(ctx, queue, held);
  await takeBackExpired(ctx, queue._id);
  const assigned = await ctx.db
    .query("reviewSlots")
    .withIndex("by_queue_reviewer", (q) =>
      q.eq("queueId", queue._id).eq("reviewerId", reviewerId).eq("state", "assigned"),
    )
    .first();
  if (assigned !== null) return await claimSlot(ctx, queue, assigned);
  const item = await firstFree(ctx, queue._id, reviewerId);
  return item === null ? null : await openSlot(ctx, queue, item, reviewerId);
}

/**
 * Give the reviewer a slot of this item, whatever else they hold in the queue.
 *
 * @throws CONFLICT if there is no slot for them.
 */
export async function takeItem(
  ctx: MutationCtx,
  queue: Queue,
  item: Item,
  reviewerId: string,
): Promise<Slot> {
  const own = await slotOf(ctx, item._id, reviewerId);
  if (own?.state === "submitted") {
    throw refusal("CONFLICT", "The session has a review of this reviewer; amend it.");
  }
  if (own?.state === "claimed") return await renewed(ctx, queue, own);
  await giveUpOther(ctx, queue._id, reviewerId);
  if (own !== null) return await claimSlot(ctx, queue, own);
  await takeBackExpired(ctx, queue._id);
  const fresh = (await ctx.db.get("reviewItems", item._id))!;
  if (fresh.lane === undefined) {
    throw refusal("CONFLICT", "All places at this session are taken.");
  }
  return await openSlot(ctx, queue, fresh, reviewerId);
}

/** Say what place a reviewer has, or could have, at an item. */
export async function placeFor(ctx: QueryCtx, queue: Queue, item: Item, reviewerId: string) {
  const slots = await slotsOf(ctx, item._id);
  const own = slots.find((slot) => slot.reviewerId === reviewerId);
  if (own?.state === "submitted") return "submitted";
  if (queue.state === "closed") return "closed";
  if (own !== undefined) return own.state;
  // The slot of an expired claim is free, although nobody has taken it back yet.
  const now = Date.now();
  const isExpired = (slot: Slot) =>
    slot.state === "claimed" && slot.assignedBy === undefined && slot.leaseUntil <= now;
  return slots.length < item.target || slots.some(isExpired) ? "free" : "taken";
}

/** Free the slot that the reviewer holds in the queue, if any: nobody holds two. */
export async function giveUpOther(
  ctx: MutationCtx,
  queueId: Id<"reviewQueues">,
  reviewerId: string,
): Promise<void> {
  const held = await heldSlot(ctx, queueId, reviewerId);
  if (held !== null) await freeSlot(ctx, held);
}

/** Prolong a claim from now on. */
export async function renewed(ctx: MutationCtx, queue: Queue, slot: Slot): Promise<Slot> {
  const leaseUntil = Date.now() + queue.leaseMs;
  await ctx.db.patch("reviewSlots", slot._id, { leaseUntil });
  return { ...slot, leaseUntil };
}

async function openSlot(ctx: MutationCtx, queue: Queue, item: Item, reviewerId: string) {
  await addToReviewer(ctx, queue._id, reviewerId, {});
  const id = await ctx.db.insert("reviewSlots", {
    queueId: queue._id,
    itemId: item._id,
    reviewerId,
    state: "claimed",
    ...begun(queue),
    rank: item.rank,
    place: item.place,
    createdAt: Date.now(),
  });
  await settleItem(ctx, item._id);
  return (await ctx.db.get("reviewSlots", id))!;
}

async function claimSlot(ctx: MutationCtx, queue: Queue, slot: Slot): Promise<Slot> {
  const claim = { state: "claimed" as const, ...begun(queue) };
  await ctx.db.patch("reviewSlots", slot._id, claim);
  await settleItem(ctx, slot.itemId);
  return { ...slot, ...claim };
}

function begun({ rubricId, leaseMs }: Queue) {
  const now = Date.now();
  return { rubricId, claimedAt: now, leaseUntil: now + leaseMs };
}

/** End a claim without a review: the slot is free again, or reserved as it was before. */
export async function freeSlot(ctx: MutationCtx, slot: Slot): Promise<void> {
  if (slot.assignedBy === undefined) await ctx.db.delete("reviewSlots", slot._id);
  else await ctx.db.patch("reviewSlots", slot._id, { state: "assigned", leaseUntil: 0 });
  await settleItem(ctx, slot.itemId);
}

/** Free the slots of the queue's expired claims; there is at most one per reviewer. */
export async function takeBackExpired(
  ctx: MutationCtx,
  queueId: Id<"reviewQueues">,
): Promise<void> {
  const expired = await ctx.db
    .query("reviewSlots")
    .withIndex("by_queue_lease", (q) =>
      q.eq("queueId", queueId).eq("state", "claimed").lte("leaseUntil", Date.now()),
    )
    .take(REVIEWERS_PER_QUEUE);
  for (const slot of expired) await freeSlot(ctx, slot);
}

/** Claims of the queue that are live at this moment. */
export async function liveClaims(ctx: QueryCtx, queueId: Id<"reviewQueues">): Promise<Slot[]> {
  return await ctx.db
    .query("reviewSlots")
    .withIndex("by_queue_lease", (q) =>
      q.eq("queueId", queueId).eq("state", "claimed").gt("leaseUntil", Date.now()),
    )
    .take(REVIEWERS_PER_QUEUE);
}

/** The first item with a free slot of which the reviewer has none; one look-up per lane. */
async function firstFree(
  ctx: QueryCtx,
  queueId: Id<"reviewQueues">,
  reviewerId: string,
): Promise<Item | null> {
  let best: Item | null = null;
  let item = await firstOfLane(ctx, queueId, null);
  for (let lanes = 1; item !== null && lanes <= LANES; lanes += 1) {
    const lane = item.lane!;
    const isFree = !lane.split(SEPARATOR).includes(reviewerId);
    if (isFree && (best === null || isBefore(item, best))) best = item;
    item = await firstOfLane(ctx, queueId, lane);
  }
  return best;
}

/**
 * Say what a queue has for a reviewer, by a few look-ups: in a queue with many groups of reviewers
 * it may say that something waits where nothing does.
 */
export async function ownWorkIn(ctx: QueryCtx, queue: Queue, reviewerId: string) {
  if ((await heldSlot(ctx, queue._id, reviewerId)) !== null) {
    return { claimed: true, waiting: queue.state === "open" };
  }
  if (queue.state === "closed") return { claimed: false, waiting: false };
  const assigned = await ctx.db
    .query("reviewSlots")
    .withIndex("by_queue_reviewer", (q) =>
      q.eq("queueId", queue._id).eq("reviewerId", reviewerId).eq("state", "assigned"),
    )
    .first();
  if (assigned !== null) return { claimed: false, waiting: true };
  let item = await firstOfLane(ctx, queue._id, null);
  for (let lanes = 0; item !== null && lanes < LANES_OF_LIST; lanes += 1) {
    if (!item.lane!.split(SEPARATOR).includes(reviewerId)) break;
    item = await firstOfLane(ctx, queue._id, item.lane!);
  }
  return { claimed: false, waiting: item !== null };
}

/** First item of the first lane after another one (null: of all). */
async function firstOfLane(ctx: QueryCtx, queueId: Id<"reviewQueues">, after: string | null) {
  return await ctx.db
    .query("reviewItems")
    .withIndex("by_queue_lane", (q) => {
      const ofQueue = q.eq("queueId", queueId);
      return after === null ? ofQueue.gte("lane", "") : ofQueue.gt("lane", after);
    })
    .first();
}

function isBefore(one: Item, other: Item): boolean {
  if (one.rank !== other.rank) return one.rank < other.rank;
  if (one.place !== other.place) return one.place < other.place;
  return one._creationTime < other._creationTime;
}

/** Bring an item's counts, lane and state, and its session's result, up to date with its slots. */
export async function settleItem(ctx: MutationCtx, itemId: Id<"reviewItems">): Promise<void> {
  const item = await ctx.db.get("reviewItems", itemId);
  if (item === null) throw new Error("a slot without its item");
  const slots = await slotsOf(ctx, itemId);
  const counts = countsOf(slots, item.target);
  await ctx.db.patch("reviewItems", itemId, counts);
  if (counts.state !== item.state) {
    await addToQueue(ctx, item, { done: counts.state === "done" ? 1 : -1 });
  }
  await settleSession(ctx, item.sessionId);
}

/** What the slots of an item make of it. */
export function countsOf(slots: Slot[], target: number) {
  const submitted = slots.filter(({ state }) => state === "submitted").length;
  return {
    submitted,
    claimed: slots.filter(({ state }) => state === "claimed").length,
    lane: laneOf(slots, target),
    state: submitted >= target ? ("done" as const) : ("open" as const),
  };
}

export async function itemsOfSession(ctx: QueryCtx, sessionId: Id<"userSessions">) {
  return await ctx.db
    .query("reviewItems")
    .withIndex("by_session", (q) => q.eq("sessionId", sessionId))
    .take(ITEMS_PER_SESSION);
}

/**
 * Write what a session's items say of it: in review while somebody works on it or reviews are still
 * wanted of it, reviewed when one of its items is done, else as it was imported.
 */
export async function settleSession(
  ctx: MutationCtx,
  sessionId: Id<"userSessions">,
): Promise<void> {
  const session = await ctx.db.get("userSessions", sessionId);
  if (session === null) return;
  const result = await resultOf(ctx, session);
  const isSame = session.reviewStatus === result.reviewStatus && session.score === result.score;
  if (!isSame) await ctx.db.patch("userSessions", sessionId, result);
}

/** Status and score that a session should have. */
export async function resultOf(ctx: QueryCtx, session: Doc<"userSessions">) {
  const items = await itemsOfSession(ctx, session._id);
  const isBegun = ({ state, claimed, submitted }: Item) =>
    state === "open" && claimed + submitted > 0;
  if (items.some(isBegun)) return { reviewStatus: "in_review" as const, score: undefined };
  const done = items.filter(({ state }) => state === "done");
  if (done.length > 0) {
    const scores = await Promise.all(done.map((item) => scoreOfItem(ctx, item)));
    const score = meanOf(scores.filter((score) => score !== undefined));
    return { reviewStatus: "reviewed" as const, score };
  }
  const { reviewStatus, score } = session.importedReview ?? { reviewStatus: "unreviewed" as const };
  return { reviewStatus, score };
}

/** The score of the final decision, else the mean of the reviews'. */
async function scoreOfItem(ctx: QueryCtx, item: Item): Promise<number | undefined> {
  if (item.decisionScore !== undefined) return item.decisionScore;
  const slots = await slotsOf(ctx, item._id);
  return meanOf(slots.map(({ score }) => score).filter((score) => score !== undefined));
}

/** Take an item out of its queue: its slots go, and what it counted for. */
export async function dropItem(ctx: MutationCtx, item: Item): Promise<void> {
  for (const slot of await slotsOf(ctx, item._id)) {
    const submitted = slot.state === "submitted" ? -1 : 0;
    const assigned = slot.state !== "submitted" && slot.assignedBy !== undefined ? -1 : 0;
    await addToReviewer(ctx, item.queueId, slot.reviewerId, { submitted, assigned });
    await ctx.db.delete("reviewSlots", slot._id);
  }
  const done = item.state === "done" ? -1 : 0;
  await addToQueue(ctx, item, { items: -1, done, submitted: 0 - item.submitted });
  await ctx.db.delete("reviewItems", item._id);
  await settleSession(ctx, item.sessionId);
}
