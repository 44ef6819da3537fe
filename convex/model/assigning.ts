/** Places that are reserved for reviewers by those who manage a queue. */
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import { addItem } from "./reviewQueues.ts";
import { settleItem, slotOf } from "./reviewSlots.ts";
import { addToReviewer } from "./reviewTallies.ts";
import { userByClerkId } from "./users.ts";

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
  const member = (await Promise.all(pages)).flat().find(mayReview);
  if (member?.clerkId !== undefined) return member.clerkId;
  throw noReviewer("email", "is not the address of a reviewer");
}

/** @throws VALIDATION if the Clerk id is not that of a team member who may review. */
export async function reviewerById(ctx: QueryCtx, clerkId: string): Promise<string> {
  const member = await userByClerkId(ctx, clerkId);
  if (member !== null && mayReview(member)) return clerkId;
  throw noReviewer("reviewerId", "is not the id of a reviewer");
}

function mayReview({ kind, role, status }: Doc<"users">): boolean {
  return kind === "team" && status === "active" && role !== undefined && REVIEWERS.includes(role);
}

function noReviewer(field: string, message: string) {
  return refusal("VALIDATION", "Some arguments are not valid.", [{ field, message }]);
}

/**
 * Reserve a place at a session for the reviewer; the session enters the queue if it is not there.
 *
 * @returns false if they have a place; the reason if none can be had: then nothing was changed.
 */
export async function reserve(
  ctx: MutationCtx & { caller: { subject: string } },
  queue: Doc<"reviewQueues">,
  session: Doc<"userSessions">,
  reviewerId: string,
): Promise<boolean | string> {
  await addItem(ctx, queue, session);
  const item = await itemOf(ctx, queue, session);
  if (item === null) return "A session is in too many review queues.";
  if ((await slotOf(ctx, item._id, reviewerId)) !== null) return false;
  if (item.lane === undefined) return "All places at a session are taken.";
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
