/** Sessions of users: one conversation each, with its counters. */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import { aboutSession, recordAudit } from "./model/audit.ts";
import { internal } from "./_generated/api.js";
import { Checks } from "./model/checks.ts";
import { moment, named, order, reviewStatus, whole } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { DAILY_DAYS, DAY_MS, NEWER_ITEMS, RANKED_ITEMS, RANKED_SESSIONS } from "./model/limits.ts";
import { followHold } from "./model/holds.ts";
import { conflictKinds } from "./model/identities.ts";
import { checkWhose, describeUser, settleUser, userOf } from "./model/people.ts";
import { checkSource } from "./model/writers.ts";
import { readPage } from "./model/paging.ts";
import { rankedBy, rankedPage } from "./model/ranking.ts";
import {
  created,
  daySummary,
  page,
  pageArgs,
  sessionSummary,
  userSession,
} from "./model/records.ts";
import { enterQueues } from "./model/reviewQueues.ts";
import { resultOf } from "./model/reviewSlots.ts";
import { asOfPart, addPending, byDay, unfolded } from "./model/pendingTotals.ts";
import { scoredSessions } from "./model/scores.ts";
import { indexFor, matchesSession, sessionFilters } from "./model/sessionFilters.ts";
import {
  SessionReader,
  changedFields,
  checkScore,
  checkSession,
  newSession,
  newSessionRow,
  refuseOther,
  requireSession,
  sessionByExternalId,
  sessionById,
  sessionChanges,
} from "./model/sessions.ts";
import {
  EVERYBODY,
  SHARDS,
  addTotals,
  dayOf,
  emptyTotals,
  ownScope,
  rowOf,
  toSummary,
} from "./model/totals.ts";
import { refuseErasedConversation } from "./model/tombstones.ts";
import { refuseErasing, userByKey } from "./model/users.ts";
import { toRecord } from "./model/toRecord.ts";

/**
 * Create the session of an external id, once.
 *
 * Its user is one who is there (`clerkId`, Clerk's id or Earshot's), or `user`: whom these
 * identities name, and who is created if there is none; an anonymous caller if there are none.
 * `userConflict` names the kinds of identities that name somebody else than the session's user.
 * The same again returns the first one's id.
 *
 * @throws NOT_FOUND for an unknown user; GONE if the user or the session was erased; CONFLICT if the
 *   external id has another user, channel or start; FORBIDDEN for a `sourceId` of who is not the worker.
 */
export const create = authedMutation("userSessions:create", {
  args: newSession.fields,
  returns: named(
    "SessionCreated",
    created.extend({ userId: v.string(), userConflict: v.optional(conflictKinds) }),
  ),
  handler: async (ctx, args) => {
    const { startedAt, sourceId } = args;
    const checks = new Checks();
    checkSource(checks, ctx.caller, sourceId);
    checkWhose(checks, args, sourceId);
    checkSession(checks, args);
    checks.done();
    await refuseErasedConversation(ctx, args);
    const known = await sessionByExternalId(ctx, args);
    const decision = await userOf(ctx, args, sourceId, known);
    const { conflicts } = decision;
    const conflict = conflicts.length === 0 ? {} : { userConflict: conflicts };
    if (known !== null) refuseOther(known, decision.userId, args);
    const userId = await settleUser(ctx, decision, args, args);
    if (decision.userId !== null) await describeUser(ctx, userId, args, sourceId);
    if (known !== null) return { id: known._id, created: false, userId, ...conflict };
    const id = await ctx.db.insert("userSessions", newSessionRow(args, userId, Date.now()));
    const totals = { ...emptyTotals(), sessions: 1 };
    await addTotals(ctx, ownScope({ _id: id }), totals, true);
    const whose = { userId, day: dayOf(startedAt), lastSeenAt: startedAt };
    await addPending(ctx, whose, totals);
    return { id, created: true, userId, ...conflict };
  },
});

/**
 * Change a session; fields left out keep their values. Labels that reviewers set or took away stay
 * as they left them.
 *
 * @throws CONFLICT for a finished session that shall become active again.
 */
export const update = authedMutation("userSessions:update", {
  args: { id: v.string(), ...sessionChanges.fields },
  returns: userSession,
  handler: async (ctx, { id, ...changes }) => {
    const session = await requireSession(ctx, id);
    ctx.about(session.userId);
    const fields = changedFields(session, changes);
    const changed = { ...session, ...fields };
    await ctx.db.patch("userSessions", session._id, fields);
    await enterQueues(ctx, changed);
    return await new SessionReader(ctx).record(changed);
  },
});

/**
 * Put a session under legal hold, or release it.
 *
 * While it is held, retention and erasure leave it alone. Recordings that are shown as expired had
 * ended before. The bucket's own rule follows: `listening:open` says whether it has.
 */
export const setLegalHold = authedMutation("userSessions:setLegalHold", {
  args: { id: v.string(), legalHold: v.boolean() },
  returns: userSession,
  handler: async (ctx, { id, legalHold }) => {
    const session = await requireSession(ctx, id);
    ctx.about(session.userId);
    await refuseErasing(ctx, session.userId);
    await ctx.db.patch("userSessions", session._id, { legalHold });
    const action = legalHold ? "session.hold" : "session.release";
    const subject = { subjectType: "userSession", subjectId: session._id };
    await recordAudit(ctx, { action, ...subject, ...(await aboutSession(ctx, session)) });
    const cursor = await followHold(ctx, session._id, null);
    if (cursor !== null) {
      const rest = { sessionId: session._id, cursor };
      await ctx.scheduler.runAfter(0, internal.holds.follow, rest);
    }
    return await new SessionReader(ctx).record({ ...session, legalHold });
  },
});

/** Note a review that was made elsewhere (imports); reviews that are made here outrank it. */
export const setReview = authedMutation("userSessions:setReview", {
  args: { id: v.string(), reviewStatus, score: v.optional(v.number()) },
  returns: userSession,
  handler: async (ctx, { id, ...review }) => {
    checkScore(review.score);
    const session = await requireSession(ctx, id);
    ctx.about(session.userId);
    const noted = { ...session, importedReview: review };
    const result = await resultOf(ctx, noted);
    await ctx.db.patch("userSessions", session._id, { importedReview: review, ...result });
    return await new SessionReader(ctx).record({ ...noted, ...result });
  },
});

/** Return a session with its user and counters, or null. */
export const get = authedQuery("userSessions:get", {
  args: { id: v.string() },
  returns: v.union(userSession, v.null()),
  handler: async (ctx, { id }) => {
    const session = await sessionById(ctx, id);
    return session === null ? null : await new SessionReader(ctx).record(session);
  },
});

/** Return the session that the product, or a source, knows under this id, or null. */
export const byExternalId = authedQuery("userSessions:byExternalId", {
  args: { externalId: v.string(), sourceId: v.optional(v.string()) },
  returns: v.union(userSession, v.null()),
  handler: async (ctx, args) => {
    const session = await sessionByExternalId(ctx, args);
    return session === null ? null : await new SessionReader(ctx).record(session);
  },
});

/**
 * Return one page of sessions by start, newest first by default.
 *
 * `from` is inclusive, `to` exclusive; `slow` asks for sessions with (or without) a full turn over
 * the objective. `scoreName` asks for sessions that have, or of which a turn has, a score of that name, with
 * a value from `scoreMin` to `scoreMax` (inclusive) if they are given.
 */
export const list = authedQuery("userSessions:list", {
  args: {
    ...pageArgs,
    ...sessionFilters,
    order: v.optional(order),
    scoreName: v.optional(v.string()),
    scoreMin: v.optional(v.number()),
    scoreMax: v.optional(v.number()),
  },
  returns: page(userSession),
  handler: async (
    ctx,
    { cursor, limit, order = "desc", scoreName, scoreMin, scoreMax, ...wanted },
  ) => {
    const isBounded = scoreMin !== undefined || scoreMax !== undefined;
    const checks = new Checks();
    checks.that(scoreName !== undefined || !isBounded, "scoreName", "is needed for a bound");
    checks.done();
    const user = wanted.clerkId === undefined ? null : await userByKey(ctx, wanted.clerkId);
    if (wanted.clerkId !== undefined && user === null) return { items: [], nextCursor: null };
    if (scoreName !== undefined) {
      const bounds = { name: scoreName, min: scoreMin, max: scoreMax };
      const isWanted = (session: Doc<"userSessions">) =>
        (user === null || session.userId === user._id) && matchesSession(session, wanted);
      return await scoredSessions(ctx, bounds, { cursor, limit, order, ...wanted }, isWanted);
    }
    const source = indexFor(user, wanted);
    const { from, to, ...rest } = wanted;
    const found = await readPage(
      ctx,
      {
        table: "userSessions",
        ...source,
        sortField: "startedAt",
        from,
        to,
        order,
        cursor,
        limit,
        filters: rest,
      },
      (session) => matchesSession(session, wanted),
    );
    const items = await new SessionReader(ctx).records(found.items);
    return { items, nextCursor: found.nextCursor };
  },
});

/**
 * Return one page of the newest sessions of a list, sorted by a figure.
 *
 * They are sorted among the newest 1,000 that pass the filters, or as many as one call can read:
 * `among` says how many, `isAll` that there are no others. Sessions without the figure come last.
 */
export const ranked = authedQuery("userSessions:ranked", {
  args: { ...pageArgs, ...sessionFilters, by: rankedBy, order: v.optional(order) },
  returns: named(
    "RankedSessions",
    v.object({ ...page(userSession).fields, among: whole(), isAll: v.boolean() }),
  ),
  handler: async (ctx, { cursor, limit, by, order = "desc", ...wanted }) => {
    const user = wanted.clerkId === undefined ? null : await userByKey(ctx, wanted.clerkId);
    if (wanted.clerkId !== undefined && user === null) {
      return { items: [], nextCursor: null, among: 0, isAll: true };
    }
    const checks = new Checks();
    checks.integer("limit", limit, 1, RANKED_ITEMS);
    checks.done();
    const { from, to } = wanted;
    const newest = await readPage(
      ctx,
      {
        table: "userSessions",
        ...indexFor(user, wanted),
        sortField: "startedAt",
        from,
        to,
        order: "desc",
        cursor: null,
        limit: RANKED_SESSIONS,
        maxLimit: RANKED_SESSIONS,
      },
      (session) => matchesSession(session, wanted),
    );
    const found = rankedPage(newest.items, { by, order, cursor, limit });
    const items = await new SessionReader(ctx).records(found.items);
    const { nextCursor } = found;
    return { items, nextCursor, among: newest.items.length, isAll: newest.nextCursor === null };
  },
});

/**
 * Count the sessions of a list that started after a moment.
 *
 * At most 50; then `more` says that there are others.
 */
export const newer = authedQuery("userSessions:newer", {
  args: { ...sessionFilters, after: moment() },
  returns: named("NewerSessions", v.object({ count: whole(), more: v.boolean() })),
  handler: async (ctx, { after, ...wanted }) => {
    const user = wanted.clerkId === undefined ? null : await userByKey(ctx, wanted.clerkId);
    if (wanted.clerkId !== undefined && user === null) return { count: 0, more: false };
    const { items, nextCursor } = await readPage(
      ctx,
      {
        table: "userSessions",
        ...indexFor(user, wanted),
        sortField: "startedAt",
        from: Math.max(Math.floor(after) + 1, wanted.from ?? 0),
        to: wanted.to,
        order: "asc",
        cursor: null,
        limit: NEWER_ITEMS,
      },
      (session) => matchesSession(session, wanted),
    );
    return { count: items.length, more: nextCursor !== null };
  },
});

/** Return latency, cost and token figures of one session, or null. */
export const summary = authedQuery("userSessions:summary", {
  args: { id: v.string() },
  returns: v.union(sessionSummary, v.null()),
  handler: async (ctx, { id }) => {
    const session = await sessionById(ctx, id);
    if (session === null) return null;
    const totals = await rowOf(ctx, ownScope(session));
    return toRecord(sessionSummary, session, {
      sessionId: session._id,
      ...toSummary(totals ?? emptyTotals(), session),
    });
  },
});

/**
 * Return figures of everybody's sessions by the UTC day on which they started.
 *
 * `from` is inclusive, `to` exclusive, at most 31 days; days without sessions are left out. With
 * `asOf`, what was written after that moment is not in the figures yet.
 */
export const daily = authedQuery("userSessions:daily", {
  args: { from: moment(), to: moment() },
  returns: v.array(daySummary),
  handler: async (ctx, args) => {
    const from = dayOf(args.from);
    const checks = new Checks();
    checks.number("to", args.to - from, 0, DAILY_DAYS * DAY_MS);
    checks.done();
    const rows = await ctx.db
      .query("totals")
      .withIndex("by_owner_day", (q) =>
        q.eq("owner", EVERYBODY).gte("day", from).lt("day", args.to),
      )
      .take(DAILY_DAYS * SHARDS);
    const { rows: pending, asOf } = await unfolded(ctx, "all");
    const recent = pending.filter(({ day }) => day >= from && day < args.to);
    const days = byDay([...rows, ...recent]);
    return [...days]
      .sort(([left], [right]) => left - right)
      .filter(([, { sessions }]) => sessions > 0)
      .map(([day, totals]) => ({ day, ...toSummary(totals), ...asOfPart(asOf) }));
  },
});
