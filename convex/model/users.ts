/** Rules of users that several functions share. */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import { UNFOLDED_STARTS } from "./limits.ts";
import { asOfPart, withStarts } from "./pendingTotals.ts";
import { user } from "./records.ts";
import type { User } from "./records.ts";
import { toRecord } from "./toRecord.ts";

export async function userByClerkId(ctx: QueryCtx, clerkId: string): Promise<Doc<"users"> | null> {
  return await ctx.db
    .query("users")
    .withIndex("by_clerkId", (q) => q.eq("clerkId", clerkId))
    .unique();
}

/** @throws NOT_FOUND if there is no such user. */
export async function requireUser(ctx: QueryCtx, clerkId: string): Promise<Doc<"users">> {
  const user = await userByClerkId(ctx, clerkId);
  if (user !== null) return user;
  throw noSuchUser();
}

/**
 * The same for a caller who must not learn by guessing whether an id is there that masking hides.
 *
 * @throws NOT_FOUND if there is no such user, or the caller cannot see the id.
 */
export async function requireVisibleUser(
  ctx: QueryCtx & { visible: (text: string) => string },
  clerkId: string,
): Promise<Doc<"users">> {
  if (ctx.visible(clerkId) !== clerkId) throw noSuchUser();
  return await requireUser(ctx, clerkId);
}

function noSuchUser() {
  return refusal("NOT_FOUND", "There is no such user.", [
    { field: "clerkId", message: "names no user" },
  ]);
}

/**
 * Asks for the erasure and not for the user: that row changes while sessions begin, and who reads it
 * would conflict with them.
 *
 * @throws CONFLICT if the user's data is being erased: nothing may be added to it.
 */
export async function refuseErasing(ctx: QueryCtx, userId: Id<"users">): Promise<void> {
  const erasure = await ctx.db
    .query("erasures")
    .withIndex("by_userId", (q) => q.eq("userId", userId))
    .first();
  if (erasure !== null) throw refusal("CONFLICT", "The user's data is being erased.");
}

/** The record of a user; its counters are complete, unless `asOf` says up to when. */
export async function toUser(ctx: QueryCtx, row: Doc<"users">): Promise<User> {
  const begun = await ctx.db
    .query("pendingTotals")
    .withIndex("by_sessions_user", (q) => q.eq("sessions", 1).eq("userId", row._id))
    .take(UNFOLDED_STARTS);
  const asOf = begun.length < UNFOLDED_STARTS ? undefined : begun.at(-1)!._creationTime;
  return toRecord(user, { ...row, ...withStarts(row, begun) }, asOfPart(asOf));
}
