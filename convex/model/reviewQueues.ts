/** Rules of review queues: what they take, in which order, and how far they are. */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import { DAY_MS, ITEMS_PER_SESSION, OPEN_QUEUES } from "./limits.ts";
import type { Sampling } from "./reviewFields.ts";
import { itemsOfSession, liveClaims, ownWorkIn } from "./reviewSlots.ts";
import { addToQueue, queueTallies } from "./reviewTallies.ts";
import { hash32, isSampled } from "./sampling.ts";
import { matchesSession } from "./sessionFilters.ts";
import { dayOf } from "./totals.ts";
import { toRecord } from "./toRecord.ts";
import { reviewQueue } from "./reviewRecords.ts";

type Queue = Doc<"reviewQueues">;
type Session = Doc<"userSessions">;

/** @throws NOT_FOUND if there is no such queue, or the id is not one. */
export async function requireQueue(ctx: QueryCtx, id: string): Promise<Queue> {
  const queueId = ctx.db.normalizeId("reviewQueues", id);
  const queue = queueId === null ? null : await ctx.db.get("reviewQueues", queueId);
  if (queue === null) throw refusal("NOT_FOUND", "There is no such review queue.");
  return queue;
}

/** @throws NOT_FOUND if there is no such item, or the id is not one. */
export async function requireItem(ctx: QueryCtx, id: string): Promise<Doc<"reviewItems">> {
  const itemId = ctx.db.normalizeId("reviewItems", id);
  const item = itemId === null ? null : await ctx.db.get("reviewItems", itemId);
  if (item === null) throw refusal("NOT_FOUND", "The session is not in this review queue.");
  return item;
}

/** @throws NOT_FOUND if there is no such rubric, or the id is not one. */
export async function requireRubric(ctx: QueryCtx, id: string): Promise<Doc<"rubrics">> {
  const rubricId = ctx.db.normalizeId("rubrics", id);
  const rubric = rubricId === null ? null : await ctx.db.get("rubrics", rubricId);
  if (rubric === null) throw refusal("NOT_FOUND", "There is no such rubric.");
  return rubric;
}

/** All open queues: few, because every session that ends is compared with each. */
export async function openQueues(ctx: QueryCtx): Promise<Queue[]> {
  return await ctx.db
    .query("reviewQueues")
    .withIndex("by_state_createdAt", (q) => q.eq("state", "open"))
    .take(OPEN_QUEUES);
}

/**
 * Let a session that has ended into the open queues whose rule it meets. Repeats are harmless.
 *
 * @param open - the open queues, where they were read already.
 */
export async function enterQueues(
  ctx: MutationCtx,
  session: Session,
  open?: Promise<Queue[]>,
): Promise<void> {
  if (session.status === "active") return;
  const queues = await (open ?? openQueues(ctx));
  if (queues.length === 0) return;
  const owner = await ctx.db.get("users", session.userId);
  if (owner === null || owner.status === "erasing") return;
  const items = await itemsOfSession(ctx, session._id);
  const isIn = new Set(items.map(({ queueId }) => queueId));
  for (const queue of queues) {
    if (isIn.size >= ITEMS_PER_SESSION) return;
    if (isIn.has(queue._id) || !(await isWanted(ctx, queue, session, owner))) continue;
    await insertItem(ctx, queue, session, queue.priority);
    isIn.add(queue._id);
  }
}

/** Say whether a session meets a queue's filters and is in its sample. */
export async function isWanted(
  ctx: QueryCtx,
  { _id, filters, sampling, seed }: Queue,
  session: Session,
  { _id: userId, clerkId }: Doc<"users">,
): Promise<boolean> {
  const isOfUser = filters.clerkId === undefined || [clerkId, userId].includes(filters.clerkId);
  if (session.status === "active" || !isOfUser || !passesFilters(session, filters)) return false;
  switch (sampling.kind) {
    case "all":
      return true;
    case "percentage":
      return isSampled(seed, session._id, sampling.percent!);
    case "perUser":
      return (await taken(ctx, _id, session, sampling)) < sampling.quota!;
  }
}

/** Say whether a session passes a queue's filters, but for that of the user. */
export function passesFilters(session: Session, filters: Queue["filters"]): boolean {
  const { from, to } = filters;
  return (
    (from === undefined || session.startedAt >= from) &&
    (to === undefined || session.startedAt < to) &&
    matchesSession(session, filters)
  );
}

/** How many of these sessions, which pass its filters, an empty queue would take. */
export function sampledCount(
  sessions: Session[],
  { sampling, seed }: Pick<Queue, "sampling" | "seed">,
): number {
  switch (sampling.kind) {
    case "all":
      return sessions.length;
    case "percentage":
      return sessions.filter(({ _id }) => isSampled(seed, _id, sampling.percent!)).length;
    case "perUser": {
      const isTotal = sampling.period === "total";
      const counts = new Map<string, number>();
      for (const { userId, startedAt } of sessions) {
        const place = isTotal ? userId : `${userId} ${dayOf(startedAt)}`;
        counts.set(place, (counts.get(place) ?? 0) + 1);
      }
      const kept = [...counts.values()].map((count) => Math.min(count, sampling.quota!));
      return kept.reduce((all, count) => all + count, 0);
    }
  }
}

/** Sessions of the user that are in the queue, in all or of the same UTC day. */
async function taken(
  ctx: QueryCtx,
  queueId: Id<"reviewQueues">,
  { userId, startedAt }: Session,
  { quota, period }: Sampling,
): Promise<number> {
  const day = dayOf(startedAt);
  const rows = await ctx.db
    .query("reviewItems")
    .withIndex("by_queue_user_startedAt", (q) => {
      const ofUser = q.eq("queueId", queueId).eq("userId", userId);
      return period === "total"
        ? ofUser
        : ofUser.gte("startedAt", day).lt("startedAt", day + DAY_MS);
    })
    .take(quota!);
  return rows.length;
}

/**
 * Put a session into a queue unless it is there.
 *
 * @returns whether it was put there; false as well if the session is in too many queues.
 */
export async function addItem(
  ctx: MutationCtx,
  queue: Queue,
  session: Session,
  priority = queue.priority,
): Promise<boolean> {
  const items = await itemsOfSession(ctx, session._id);
  const isThere = items.some(({ queueId }) => queueId === queue._id);
  if (isThere || items.length >= ITEMS_PER_SESSION) return false;
  await insertItem(ctx, queue, session, priority);
  return true;
}

async function insertItem(
  ctx: MutationCtx,
  queue: Queue,
  session: Session,
  priority: number,
): Promise<void> {
  await ctx.db.insert("reviewItems", {
    queueId: queue._id,
    sessionId: session._id,
    userId: session.userId,
    startedAt: session.startedAt,
    state: "open",
    target: queue.target,
    claimed: 0,
    submitted: 0,
    lane: "",
    rank: 0 - priority,
    place: placeOf(queue, session),
    createdAt: Date.now(),
  });
  await addToQueue(ctx, { queueId: queue._id, sessionId: session._id }, { items: 1 });
}

/** Where a session stands among those of its priority. */
function placeOf({ order, seed }: Queue, session: Session): number {
  switch (order) {
    case "oldest":
      return session.startedAt;
    case "newest":
      return -session.startedAt;
    case "slowest":
      return -(session.worstLatencyMs ?? 0);
    case "random":
      return hash32(`${seed}#${session._id}`);
  }
}

/** A place after all those that `placeOf` gives. */
export function lastPlace(): number {
  return 1e14 + Date.now();
}

/** The queue with its progress, and what it has for a reviewer. */
export async function toQueue(ctx: QueryCtx, queue: Queue, reviewerId?: string) {
  const tallies = await queueTallies(ctx, queue._id);
  const sum = (field: "items" | "done" | "submitted") =>
    tallies.reduce((all, tally) => all + tally[field], 0);
  const [items, done] = [sum("items"), sum("submitted")];
  const inWork = (await liveClaims(ctx, queue._id)).length;
  const wanted = items * queue.target;
  const progress = { items, itemsDone: sum("done"), wanted, done, inWork };
  return toRecord(reviewQueue, queue, {
    progress: { ...progress, left: wanted - done - inWork },
    own: reviewerId === undefined ? undefined : await ownWorkIn(ctx, queue, reviewerId),
  });
}
