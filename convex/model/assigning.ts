/** Places that are reserved for reviewers by those who manage a queue. */
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import { settleItem, slotOf } from "./reviewSlots.ts";
import { addToReviewer } from "./reviewTallies.ts";

/** Roles that may review. */
const REVIEWERS = ["reviewer", "admin"];

/** @throws VALIDATION if the address is not that of a team member who may review. */
export async function reviewerByEmail(ctx: QueryCtx, email: string): Promise<string> {
  const spellings = new Set([email.trim(), email.trim().toLowerCase()]);
  const pages = [...spellings].map((spelling) =>
    ctx.db
      .query("users")
      .withIndex("by_email", (q) => q.eq("email", spelling))
      .take(10),
  );
  const found = (await Promise.all(pages)).flat();
  const member = found.find(
    ({ kind, role, status }) =>
      kind === "team" && status === "active" && role !== undefined && REVIEWERS.includes(role),
  );
  if (member !== undefined) return member.clerkId;
  throw refusal("VALIDATION", "Some arguments are not valid.", [
    { field: "email", message: "is not the address of a reviewer" },
  ]);
}

/**
 * Reserve a place at a session for the reviewer; false if they have one.
 *
 * @throws CONFLICT if no place is free.
 */
export async function reserve(
  ctx: MutationCtx & { caller: { subject: string } },
  queue: Doc<"reviewQueues">,
  session: Doc<"userSessions">,
  reviewerId: string,
): Promise<boolean> {
  const item = await itemOf(ctx, queue, session);
  if (item === null) throw refusal("CONFLICT", "A session is in too many review queues.");
  if ((await slotOf(ctx, item._id, reviewerId)) !== null) return false;
  if (item.lane === undefined) {
    throw refusal("CONFLICT", "All places at a session are taken.");
  }
  await ctx.db.insert("reviewSlots", {
    queueId: queue._id,
    itemId: item._id,
    reviewerId,
    state: "assigned",
    assignedBy: ctx.caller.subject,
    rubricId: queue.rubricId,
    claimedAt: 0,
    leaseUntil: 0,
    rank: item.rank,
    place: item.place,
    createdAt: Date.now(),
  });
  await addToReviewer(ctx, queue._id, reviewerId, { assigned: 1 });
  await settleItem(ctx, item._id);
  return true;
}

async function itemOf(
  ctx: QueryCtx,
  { _id: queueId }: Doc<"reviewQueues">,
  { _id: sessionId }: Doc<"userSessions">,
) {
  return await ctx.db
    .query("reviewItems")
    .withIndex("by_queue_session", (q) => q.eq("queueId", queueId).eq("sessionId", sessionId))
    .unique();
}
