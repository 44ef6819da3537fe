/** Rules of users that several functions share. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { Checks } from "./checks.ts";
import { refusal } from "./errors.ts";
import { memberRole, moment, userKind, userStatus } from "./fields.ts";
import { EMAIL_CHARS, NAME_CHARS, UNFOLDED_STARTS, URL_CHARS } from "./limits.ts";
import { asOfPart, withStarts } from "./pendingTotals.ts";
import { user } from "./records.ts";
import type { User } from "./records.ts";
import { toRecord } from "./toRecord.ts";
import { settleUserWords } from "./userWords.ts";

/** What a writer says of a user. */
export const profile = v.object({
  clerkId: v.string(),
  kind: userKind,
  email: v.optional(v.string()),
  name: v.optional(v.string()),
  imageUrl: v.optional(v.string()),
  role: v.optional(memberRole),
  status: v.optional(userStatus),
  lastSeenAt: v.optional(moment()),
  clerkUpdatedAt: v.optional(moment()),
  createdAt: v.optional(moment()),
  source: v.optional(v.string()),
});

export function checkProfile(checks: Checks, args: Infer<typeof profile>): void {
  checks.identifier("clerkId", args.clerkId);
  checks.text("email", args.email, EMAIL_CHARS);
  checks.text("name", args.name, NAME_CHARS);
  checks.text("imageUrl", args.imageUrl, URL_CHARS);
  checks.identifier("source", args.source);
  checks.time("lastSeenAt", args.lastSeenAt);
  checks.time("clerkUpdatedAt", args.clerkUpdatedAt);
  checks.time("createdAt", args.createdAt);
  const isErasing = args.status === "erasing";
  checks.that(!isErasing, "status", "erasing is set by an erasure only");
}

/** Store a user who is not there, as `checkProfile` accepts them, with the words that find them. */
export async function createUser(
  ctx: MutationCtx,
  args: Infer<typeof profile>,
): Promise<Doc<"users">> {
  const now = Date.now();
  const createdAt = args.createdAt ?? now;
  const row = {
    ...args,
    status: args.status ?? ("active" as const),
    lastSeenAt: args.lastSeenAt ?? createdAt,
    sessionCount: 0,
    createdAt,
  };
  const _id = await ctx.db.insert("users", row);
  await settleUserWords(ctx, _id, args);
  return { ...row, _id, _creationTime: now };
}

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

export function noSuchUser() {
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
    .withIndex("by_user_sessions", (q) => q.eq("userId", row._id).gt("sessions", 0))
    .take(UNFOLDED_STARTS);
  const asOf = begun.length < UNFOLDED_STARTS ? undefined : await oldestPending(ctx, row._id);
  return toRecord(user, { ...row, ...withStarts(row, begun) }, asOfPart(asOf));
}

/** Before this moment a user's figures lack nothing, however much is pending. */
async function oldestPending(ctx: QueryCtx, userId: Id<"users">): Promise<number | undefined> {
  const first = await ctx.db
    .query("pendingTotals")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .first();
  return first?._creationTime;
}
