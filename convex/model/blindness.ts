/**
 * Which reviews were written blind: before those of others became visible to their writer. Only such
 * reviews count for agreement.
 *
 * A reviewer may read others' reviews of a session once they submitted one of their own, or when no
 * open queue wants one any more; everybody else may at any time. Whoever could read once, is taken to
 * have read, so that taking a review back or reopening a place makes nobody blind again.
 */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { Caller } from "./identity.ts";
import { itemsOfSession, slotOf } from "./reviewSlots.ts";

type Item = Doc<"reviewItems">;
type Reading = QueryCtx & { caller: Caller };

/** Say whether the caller may see what others wrote about a session. */
export async function seesOthers(ctx: Reading, sessionId: Id<"userSessions">): Promise<boolean> {
  if (ctx.caller.role !== "reviewer") return true;
  const items = await itemsOfSession(ctx, sessionId);
  for (const item of items) {
    const own = await slotOf(ctx, item._id, ctx.caller.subject);
    if (own?.state === "submitted") return true;
  }
  return !(await isReviewWanted(ctx, items));
}

/** Say whether what the caller writes now about a session is written blind. */
export async function writesBlind(ctx: Reading, sessionId: Id<"userSessions">): Promise<boolean> {
  const items = await itemsOfSession(ctx, sessionId);
  const writers = items.flatMap((item) => item.writers ?? []);
  const { subject } = ctx.caller;
  // Items of earlier releases do not say who wrote; their places do.
  const hasOthers =
    writers.some(({ reviewerId }) => reviewerId !== subject) ||
    items.some(({ writers, submitted }) => writers === undefined && submitted > 0);
  if (!hasOthers) return true;
  if (writers.some(({ reviewerId }) => reviewerId === subject)) return false;
  if (items.some(({ exposed }) => exposed === true) || (await seesOthers(ctx, sessionId))) {
    return false;
  }
  return !(await wereClosed(ctx, items));
}

/** Note that the caller submitted a review of an item. */
export async function noteWriter(ctx: MutationCtx & { caller: Caller }, item: Item): Promise<void> {
  const writers = item.writers ?? [];
  const reviewerId = ctx.caller.subject;
  if (writers.some((writer) => writer.reviewerId === reviewerId)) return;
  const more = { writers: [...writers, { reviewerId, at: Date.now() }] };
  await ctx.db.patch("reviewItems", item._id, more);
}

/** Note that everybody can read the reviews of an item's session, if that is so now. */
export async function noteExposure(ctx: MutationCtx, { _id, sessionId }: Item): Promise<void> {
  const items = await itemsOfSession(ctx, sessionId);
  if (items.some(({ exposed }) => exposed === true)) return;
  if (items.every(({ submitted }) => submitted === 0)) return;
  if (!(await isReviewWanted(ctx, items))) {
    await ctx.db.patch("reviewItems", _id, { exposed: true });
  }
}

async function isReviewWanted(ctx: QueryCtx, items: Item[]): Promise<boolean> {
  for (const { state, queueId } of items) {
    if (state === "done") continue;
    if ((await ctx.db.get("reviewQueues", queueId))?.state === "open") return true;
  }
  return false;
}

/** Say whether a queue was closed, and opened again, after a review was written in it. */
async function wereClosed(ctx: QueryCtx, items: Item[]): Promise<boolean> {
  for (const { queueId, writers = [] } of items) {
    const { closedAt } = (await ctx.db.get("reviewQueues", queueId))!;
    if (closedAt !== undefined && writers.some(({ at }) => at <= closedAt)) return true;
  }
  return false;
}
