/** Users of the product and team members: provisioning, look-up, lists. */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import type { QueryCtx } from "./_generated/server.js";
import { Checks } from "./model/checks.ts";
import { moment, named, order, userKind, userStatus } from "./model/fields.ts";
import type { UserKind } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import {
  addIdentities,
  conflictKinds,
  decide,
  identitiesOf,
  identity,
  ownerOf,
} from "./model/identities.ts";
import { DAY_MS, PAGE_ITEMS, QUERY_CHARS, USER_SUMMARY_DAYS } from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import type { Page } from "./model/paging.ts";
import {
  created,
  daySummary,
  page,
  pageArgs,
  summary as summaryRecord,
  user,
} from "./model/records.ts";
import { asOfPart, byDay, unfolded } from "./model/pendingTotals.ts";
import { dayOf, emptyTotals, sum, toSummary } from "./model/totals.ts";
import type { Totals } from "./model/totals.ts";
import {
  changeUser,
  checkProfile,
  createUser,
  mayDescribe,
  profile,
  refuseErasing,
  toKnownUser,
  toUser,
  userByKey,
} from "./model/users.ts";
import { searchTextOf, searchedUsers } from "./model/userWords.ts";
import { questionOf, textAnswers } from "./model/words.ts";
import { checkSource } from "./model/writers.ts";

/** What a person may no longer have: an address that was removed, the role of a former member. */
const clearable = v.union(
  v.literal("email"),
  v.literal("name"),
  v.literal("imageUrl"),
  v.literal("role"),
);

/**
 * Create or update the user whom identities name.
 *
 * They are a Clerk id, the writer's own id and phone numbers; the strongest one that is known decides.
 *
 * Fields left out keep their values, those named in `clear` lose them; `lastSeenAt` never goes
 * back; a profile older (`clerkUpdatedAt`) than the stored one changes nothing. A source does not
 * change what others said of a user. `userConflict` names kinds of identities that are another user's.
 *
 * @throws GONE if the user was erased: nobody comes back under that Clerk id; CONFLICT if they are
 *   being erased; FORBIDDEN for a `sourceId` of who is not the worker.
 */
export const upsert = authedMutation("users:upsert", {
  args: { ...profile.fields, clear: v.optional(v.array(clearable)) },
  returns: named("UserUpserted", created.extend({ userConflict: v.optional(conflictKinds) })),
  handler: async (ctx, { clear = [], ...args }) => {
    const checks = new Checks();
    checkSource(checks, ctx.caller, args.sourceId);
    const areAbsent = clear.every((name) => args[name] === undefined);
    checks.that(areAbsent, "clear", "must not name a field that is given");
    checkProfile(checks, args);
    checks.done();
    const { clerkId: _, externalId: __, phones: ___, sourceId, ...said } = args;
    const decision = await decide(ctx, identitiesOf(args, sourceId));
    const { userId, conflicts, fresh } = decision;
    const conflict = conflicts.length === 0 ? {} : { userConflict: conflicts };
    if (userId === null) {
      const describedBy = sourceId === undefined ? {} : { describedBy: sourceId };
      const { _id: id } = await createUser(ctx, { ...said, ...describedBy }, fresh);
      return { id, created: true, ...conflict };
    }
    await refuseErasing(ctx, userId);
    const known = (await ctx.db.get("users", userId))!;
    const isOlder =
      said.clerkUpdatedAt !== undefined &&
      known.clerkUpdatedAt !== undefined &&
      said.clerkUpdatedAt < known.clerkUpdatedAt;
    const { createdAt: ____, lastSeenAt = 0, ...rest } = said;
    const changes = { ...rest, ...Object.fromEntries(clear.map((name) => [name, undefined])) };
    const isHeard = !isOlder && mayDescribe(known, sourceId);
    await changeUser(ctx, known, {
      ...(isHeard ? { ...changes, describedBy: sourceId } : {}),
      lastSeenAt: Math.max(known.lastSeenAt, lastSeenAt),
    });
    if (!isOlder) await addIdentities(ctx, userId, fresh);
    return { id: userId, created: false, ...conflict };
  },
});

/** Return the user of an id (Clerk's, or Earshot's) with all identities, or null. */
export const get = authedQuery("users:get", {
  args: { clerkId: v.string() },
  returns: v.union(user, v.null()),
  handler: async (ctx, { clerkId }) => {
    const found = await userByKey(ctx, clerkId);
    return found === null ? null : await toKnownUser(ctx, found);
  },
});

/** Return the user whom an identity names, with all identities, or null. */
export const byIdentity = authedQuery("users:byIdentity", {
  args: identity.fields,
  returns: v.union(user, v.null()),
  handler: async (ctx, wanted) => {
    const userId = await ownerOf(ctx, wanted);
    const found = userId && (await ctx.db.get("users", userId));
    return found && (await toKnownUser(ctx, found));
  },
});

/**
 * Return one page of the users of one kind (default: product), newest first by default. In the order
 * of `lastSeenAt` the sessions of the last seconds may not count yet.
 *
 * With `search`, those whose name, e-mail address, phone number and Clerk id, as the caller may see
 * them, hold all its words, the last one by its beginning: an exact id first, then by the alphabet of the
 * words that match. The sort order then does not apply.
 */
export const list = authedQuery("users:list", {
  args: {
    ...pageArgs,
    kind: v.optional(userKind),
    status: v.optional(userStatus),
    search: v.optional(v.string()),
    sort: v.optional(v.union(v.literal("createdAt"), v.literal("lastSeenAt"))),
    order: v.optional(order),
  },
  returns: page(user),
  handler: async (ctx, args) => {
    const kind = args.kind ?? "product";
    const text = args.search?.trim() ?? "";
    const isWanted = (doc: Doc<"users">) => args.status === undefined || doc.status === args.status;
    const found =
      text === ""
        ? await readPage(ctx, listing(kind, args), isWanted)
        : await searched(ctx, kind, text, args, isWanted);
    const items = await Promise.all(found.items.map((row) => toUser(ctx, row)));
    return { items, nextCursor: found.nextCursor };
  },
});

/**
 * Return figures of a user's sessions, in sum and by the UTC day of their start.
 *
 * Of the days from `from` to `to` (default: the last 92 days), at most 366. Null for an unknown
 * user. With `asOf`, what was written after that moment is not in the figures yet.
 */
export const summary = authedQuery("users:summary", {
  args: { clerkId: v.string(), from: v.optional(moment()), to: v.optional(moment()) },
  returns: v.union(
    named("UserSummary", v.object({ total: summaryRecord, days: v.array(daySummary) })),
    v.null(),
  ),
  handler: async (ctx, args) => {
    const to = args.to ?? Date.now();
    const from = dayOf(args.from ?? to - 92 * DAY_MS);
    const checks = new Checks();
    checks.number("from", to - from, 0, USER_SUMMARY_DAYS * DAY_MS);
    checks.done();
    const user = await userByKey(ctx, args.clerkId);
    if (user === null) return null;
    const rows = await ctx.db
      .query("totals")
      .withIndex("by_owner_day", (q) => q.eq("owner", user._id).gte("day", from).lte("day", to))
      .take(USER_SUMMARY_DAYS);
    const { rows: pending, asOf } = await unfolded(ctx, user._id);
    const recent = pending.filter(({ day }) => day >= from && day <= to);
    const days = [...byDay([...rows, ...recent])].sort(([left], [right]) => left - right);
    const total = days.reduce((all, [, totals]) => sum(all, totals), emptyTotals());
    const shown = (totals: Totals) => ({ ...toSummary(totals), ...asOfPart(asOf) });
    return { total: shown(total), days: days.map(([day, totals]) => ({ day, ...shown(totals) })) };
  },
});

type ListArgs = {
  cursor: string | null;
  limit: number;
  status?: Doc<"users">["status"];
  sort?: "createdAt" | "lastSeenAt";
  order?: "asc" | "desc";
};

function listing(kind: UserKind, { cursor, limit, status, sort, order }: ListArgs) {
  const sortField = sort ?? "createdAt";
  return {
    table: "users" as const,
    index:
      sortField === "createdAt" ? ("by_kind_createdAt" as const) : ("by_kind_lastSeenAt" as const),
    equals: { kind },
    sortField,
    order: order ?? ("desc" as const),
    cursor,
    limit,
    filters: { status },
  };
}

async function searched(
  ctx: QueryCtx & { visible: (text: string) => string },
  kind: UserKind,
  text: string,
  { cursor, limit, status }: ListArgs,
  isWanted: (doc: Doc<"users">) => boolean,
): Promise<Page<Doc<"users">>> {
  const checks = new Checks();
  checks.text("search", text, QUERY_CHARS);
  checks.integer("limit", limit, 1, PAGE_ITEMS);
  checks.done();
  const question = questionOf(text);
  if (question === null) return { items: [], nextCursor: null };
  const accept = (doc: Doc<"users">) =>
    isWanted(doc) && textAnswers(ctx.visible(searchTextOf(doc)), question);
  const exact = await userByKey(ctx, text);
  const isId = exact?._id === text && isWanted(exact);
  const isNamed = exact !== null && exact.kind === kind && (isId || accept(exact));
  const filters = { search: text, status };
  const others = (doc: Doc<"users">) => accept(doc) && !(isNamed && doc._id === exact._id);
  if (!isNamed || cursor !== null) {
    return await searchedUsers(ctx, kind, question, { cursor, limit }, filters, others);
  }
  if (limit === 1) return { items: [exact], nextCursor: null };
  const page = { cursor, limit: limit - 1 };
  const rest = await searchedUsers(ctx, kind, question, page, filters, others);
  return { items: [exact, ...rest.items], nextCursor: rest.nextCursor };
}
