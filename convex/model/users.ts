/** Rules of users that several functions share. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { Checks } from "./checks.ts";
import { refusal } from "./errors.ts";
import { memberRole, moment, userKind, userStatus } from "./fields.ts";
import {
  checkKnown,
  copiesOf,
  identitiesOf,
  identitiesOfUser,
  ownerOf,
  shownOf,
} from "./identities.ts";
import type { Identity } from "./identities.ts";
import { EMAIL_CHARS, NAME_CHARS, UNFOLDED_STARTS, URL_CHARS, USER_IDENTITIES } from "./limits.ts";
import { asOfPart, foldedUntil, withStarts } from "./pendingTotals.ts";
import { user } from "./records.ts";
import type { User } from "./records.ts";
import { toRecord } from "./toRecord.ts";
import { refuseErasedUser } from "./tombstones.ts";
import { searchTextOf, settleUserWords } from "./userWords.ts";

/** What a writer says of a user. */
export const profile = v.object({
  clerkId: v.optional(v.string()),
  /** The writer's own id of them. */
  externalId: v.optional(v.string()),
  /** Numbers in E.164 that are known to be theirs. */
  phones: v.optional(v.array(v.string())),
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
  /** The source that says it; only the worker names one. */
  sourceId: v.optional(v.string()),
});

export function checkProfile(checks: Checks, args: Infer<typeof profile>): void {
  checkKnown(checks, args, args.sourceId);
  const isFew = (args.phones ?? []).length <= USER_IDENTITIES;
  checks.that(isFew, "phones", `must have at most ${USER_IDENTITIES} entries`);
  const isKnown = identitiesOf(args, args.sourceId).length > 0;
  checks.that(isKnown, "clerkId", "must be given, or another identity");
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

type NewUser = Omit<
  Doc<"users">,
  "_id" | "_creationTime" | "status" | "lastSeenAt" | "sessionCount" | "createdAt"
> &
  Partial<Pick<Doc<"users">, "status" | "lastSeenAt" | "createdAt">>;

/** Store a user who is not there, with identities that nobody has, and the words that find them. */
export async function createUser(
  ctx: MutationCtx,
  args: NewUser,
  identities: Identity[],
): Promise<Doc<"users">> {
  const now = Date.now();
  const createdAt = args.createdAt ?? now;
  const row = {
    ...args,
    ...copiesOf(identities),
    status: args.status ?? ("active" as const),
    lastSeenAt: args.lastSeenAt ?? createdAt,
    sessionCount: 0,
    createdAt,
  };
  const userId = await ctx.db.insert("users", row);
  await Promise.all(
    identities.map((one) => ctx.db.insert("identities", { ...one, userId, createdAt: now })),
  );
  await settleUserWords(ctx, userId, row);
  return { ...row, _id: userId, _creationTime: now };
}

export async function userByClerkId(ctx: QueryCtx, clerkId: string): Promise<Doc<"users"> | null> {
  return await ctx.db
    .query("users")
    .withIndex("by_clerkId", (q) => q.eq("clerkId", clerkId))
    .unique();
}

/** The user of a Clerk id, or of an id of Earshot's own. */
export async function userByKey(ctx: QueryCtx, key: string): Promise<Doc<"users"> | null> {
  const userId = ctx.db.normalizeId("users", key);
  return (await userByClerkId(ctx, key)) ?? (userId && (await ctx.db.get("users", userId)));
}

/** Whether a writer's words of a user count: a source's only where nobody else described them. */
export function mayDescribe(user: Doc<"users">, sourceId: string | undefined): boolean {
  return sourceId === undefined || user.describedBy === sourceId;
}

/**
 * Change the row of a user. Backends say who is there with each conversation: what says nothing new
 * is not written, so that it conflicts with nothing.
 */
export async function changeUser(
  ctx: MutationCtx,
  known: Doc<"users">,
  changes: Partial<Doc<"users">>,
): Promise<void> {
  const isNew = Object.entries(changes).some(
    ([name, value]) => known[name as keyof Doc<"users">] !== value,
  );
  if (!isNew) return;
  await ctx.db.patch("users", known._id, changes);
  const after = { ...known, ...changes };
  const isFoundAlike = after.kind === known.kind && searchTextOf(after) === searchTextOf(known);
  if (!isFoundAlike) await settleUserWords(ctx, known._id, after);
}

/** @throws NOT_FOUND if there is no such user. */
export async function requireUser(ctx: QueryCtx, key: string): Promise<Doc<"users">> {
  const user = await userByKey(ctx, key);
  if (user !== null) return user;
  throw noSuchUser();
}

/**
 * The same without the user's row, if they have a Clerk id: it changes while sessions begin.
 *
 * @throws NOT_FOUND if there is no such user; GONE if they were erased.
 */
export async function requireUserId(
  ctx: QueryCtx,
  key: string,
  tombstoneKey?: Promise<string | null>,
): Promise<Id<"users">> {
  const userId = await ownerOf(ctx, { kind: "clerk", value: key });
  if (userId !== null) return userId;
  await refuseErasedUser(ctx, key, tombstoneKey);
  return (await requireUser(ctx, key))._id;
}

/**
 * The same for a caller who must not learn by guessing whether an id is there that masking hides.
 *
 * @throws NOT_FOUND if there is no such user, or the caller cannot see the id.
 */
export async function requireVisibleUser(
  ctx: QueryCtx & { visible: (text: string) => string },
  key: string,
): Promise<Doc<"users">> {
  if (ctx.visible(key) !== key) throw noSuchUser();
  return await requireUser(ctx, key);
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
  const asOf = begun.length < UNFOLDED_STARTS ? undefined : await foldedUntil(ctx);
  const shown = { ...row, ...withStarts(row, begun) };
  return toRecord(user, shown, { ...shownOf(row), ...asOfPart(asOf) });
}

/** The same with all that they are known by. */
export async function toKnownUser(ctx: QueryCtx, row: Doc<"users">): Promise<User> {
  return { ...(await toUser(ctx, row)), identities: await identitiesOfUser(ctx, row) };
}
