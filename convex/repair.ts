/**
 * Recounts of what writes keep: counters and sums, with the drift found (expected: none).
 *
 * With `fix`, the recount is written. Sessions come first: users and days are compared with the
 * sums of their sessions.
 */
import { v } from "convex/values";
import type { JSONValue } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "./_generated/server.js";
import { refusal } from "./model/errors.ts";
import { moment, storedUserKind } from "./model/fields.ts";
import { authedMutation } from "./model/functions.ts";
import { DAY_MS, RECOUNT_DAY_SESSIONS, RECOUNT_SESSIONS, RECOUNT_USERS } from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import { Budget, playableCount, recount } from "./model/recount.ts";
import type { Recount } from "./model/recount.ts";
import {
  driftOf,
  fromCursor,
  report,
  sessionTotals,
  settleTotals,
  toCursor,
} from "./model/repair.ts";
import type { Drift } from "./model/repair.ts";
import { requireQueue } from "./model/reviewQueues.ts";
import { recountQueue } from "./model/reviewRecount.ts";
import { byDay, unfolded } from "./model/pendingTotals.ts";
import type { Pending } from "./model/pendingTotals.ts";
import { EVERYBODY, SHARDS, dayOf, emptyTotals, ownScope, sum } from "./model/totals.ts";
import type { Scope, Totals } from "./model/totals.ts";

const recountArgs = { cursor: v.union(v.string(), v.null()), fix: v.boolean() };

/** Position in a list of subjects: ids of the page that are done, and the one under way. */
type Walk<Part> = { page: string | null; seen: string[]; part: Part | null };

/** Compare counters and sums of sessions with their interactions and recordings. */
export const sessions = authedMutation("repair:sessions", {
  args: recountArgs,
  returns: report,
  handler: async (ctx, { cursor, fix }) => {
    const walk = walkFrom<Recount>(cursor);
    const found = await readPage(ctx, {
      table: "userSessions",
      index: "by_startedAt",
      equals: {},
      sortField: "startedAt",
      order: "asc",
      cursor: walk.page,
      limit: RECOUNT_SESSIONS,
    });
    const budget = new Budget();
    for (const session of found.items) budget.take(session);
    const drift: Drift[] = [];
    let checked = 0;
    for (const session of found.items.filter(({ _id }) => !walk.seen.includes(_id))) {
      walk.part = await recount(ctx, session, walk.part, budget);
      if (!walk.part.isComplete) return paused(checked, drift, walk);
      drift.push(...(await settleSession(ctx, session, walk.part, budget, fix)));
      checked += 1;
      walk.seen.push(session._id);
      walk.part = null;
      if (budget.isSpent) return paused(checked, drift, walk);
    }
    return nextPage(checked, drift, found.nextCursor);
  },
});

async function settleSession(
  ctx: MutationCtx,
  session: Doc<"userSessions">,
  { totals, maxSequence, worstLatencyMs, worstTtftMs }: Recount,
  budget: Budget,
  fix: boolean,
): Promise<Drift[]> {
  const actual = {
    interactionCount: totals.interactions,
    maxSequence,
    tokensIn: totals.tokensIn,
    tokensOut: totals.tokensOut,
    costNanos: totals.costNanos,
    worstLatencyMs: worstLatencyMs ?? undefined,
    worstTtftMs: worstTtftMs ?? undefined,
    audioCount: await playableCount(ctx, session, budget),
  };
  const stored = session as unknown as Record<string, number | undefined>;
  const found = driftOf(session._id, stored, actual);
  if (fix && found.length > 0) await ctx.db.patch("userSessions", session._id, actual);
  const scope = ownScope(session);
  const sums = { rows: await rowsOf(ctx, scope), pending: emptyTotals(), actual: totals };
  return [...found, ...(await settleTotals(ctx, scope, sums, fix))];
}

/** A user's days up to `day` are done and had `count` sessions. */
type UserPart = { id: string; day: number; count: number };

/**
 * Compare session counts and daily sums of users with the sums of their sessions.
 *
 * Of users of one kind.
 */
export const users = authedMutation("repair:users", {
  args: { kind: storedUserKind, ...recountArgs },
  returns: report,
  handler: async (ctx, { kind, cursor, fix }) => {
    const walk = walkFrom<UserPart>(cursor);
    const found = await readPage(ctx, {
      table: "users",
      index: "by_kind_createdAt",
      equals: { kind },
      sortField: "createdAt",
      order: "asc",
      cursor: walk.page,
      limit: RECOUNT_USERS,
    });
    const budget = new Budget();
    const drift: Drift[] = [];
    let checked = 0;
    for (const user of found.items.filter(({ _id }) => !walk.seen.includes(_id))) {
      const part = walk.part?.id === user._id ? walk.part : { id: user._id, day: 0, count: 0 };
      const { rows: pending, asOf } = await unfolded(ctx, user._id);
      if (asOf !== undefined) return { checked, drift, busy: true, nextCursor: null };
      const rest = await settleDays(ctx, user, pending, part, budget, fix, drift);
      if (rest !== null) return paused(checked, drift, { ...walk, part: rest });
      checked += 1;
      walk.seen.push(user._id);
      walk.part = null;
      if (budget.isSpent) return paused(checked, drift, walk);
    }
    return nextPage(checked, drift, found.nextCursor);
  },
});

/** Settle a user's days one by one; the part to go on from if the budget is spent, else null. */
async function settleDays(
  ctx: MutationCtx,
  user: Doc<"users">,
  pending: Pending[],
  part: UserPart,
  budget: Budget,
  fix: boolean,
  drift: Drift[],
): Promise<UserPart | null> {
  const pendingByDay = byDay(pending);
  let { day, count } = part;
  for (;;) {
    const first = await firstSessionFrom(ctx, user, day);
    if (first === null) break;
    const start = dayOf(first.startedAt);
    const isFirst = budget.isUntouched;
    const totals = await sumOfDay(ctx, user, start, budget);
    if (totals === null) {
      if (isFirst) throw refusal("LIMIT_EXCEEDED", "A user has too many sessions on one day.");
      return { id: user._id, day: start, count };
    }
    const scope = { owner: user._id, day: start };
    const sums = {
      rows: await rowsOf(ctx, scope),
      pending: pendingByDay.get(start) ?? emptyTotals(),
      actual: totals,
    };
    drift.push(...(await settleTotals(ctx, scope, sums, fix)));
    count += totals.sessions;
    day = start + DAY_MS;
    if (budget.isSpent) return { id: user._id, day, count };
  }
  const begun = pending.reduce((all, { sessions }) => all + sessions, 0);
  const stored = { sessionCount: user.sessionCount + begun };
  const found = driftOf(user._id, stored, { sessionCount: count });
  if (fix && found.length > 0) {
    await ctx.db.patch("users", user._id, { sessionCount: count - begun });
  }
  drift.push(...found);
  return null;
}

async function firstSessionFrom(ctx: QueryCtx, user: Doc<"users">, day: number) {
  return await ctx.db
    .query("userSessions")
    .withIndex("by_user_startedAt", (q) => q.eq("userId", user._id).gte("startedAt", day))
    .first();
}

/** Sum of the sessions of one day, or null if the budget does not reach to its end. */
async function sumOfDay(
  ctx: QueryCtx,
  user: Doc<"users">,
  day: number,
  budget: Budget,
): Promise<Totals | null> {
  let totals = emptyTotals();
  const rows = ctx.db.query("userSessions").withIndex("by_user_startedAt", (q) =>
    q
      .eq("userId", user._id)
      .gte("startedAt", day)
      .lt("startedAt", day + DAY_MS),
  );
  for await (const row of rows) {
    if (budget.isSpent) return null;
    const own = await sessionTotals(ctx, row);
    budget.take(row);
    budget.take(own);
    totals = sum(totals, own);
  }
  return totals;
}

/** Sums of the sessions read so far; `stamp` tells whether the day was written since. */
type DayPart = { page: string | null; stamp: number; actual: Totals };

/** Compare everybody's sums of one UTC day with those of the sessions that started on it. */
export const days = authedMutation("repair:days", {
  args: { day: moment(), ...recountArgs },
  returns: report,
  handler: async (ctx, { day: moment, cursor, fix }) => {
    const day = dayOf(moment);
    const scope = { owner: EVERYBODY, day };
    const rows = await rowsOf(ctx, scope);
    const { rows: allPending, asOf } = await unfolded(ctx, "all");
    const pending = byDay(allPending).get(day) ?? emptyTotals();
    const stamp = [...rows, pending].reduce((all, row) => all + row.sessions + row.interactions, 0);
    const part =
      cursor === null
        ? { page: null, stamp, actual: emptyTotals() }
        : (fromCursor(cursor) as DayPart);
    if (part.stamp !== stamp || asOf !== undefined)
      return { checked: 0, drift: [], busy: true, nextCursor: null };
    const found = await readPage(ctx, {
      table: "userSessions",
      index: "by_startedAt",
      equals: {},
      sortField: "startedAt",
      from: day,
      to: day + DAY_MS,
      order: "asc",
      cursor: part.page,
      limit: RECOUNT_DAY_SESSIONS,
    });
    for (const session of found.items) {
      part.actual = sum(part.actual, await sessionTotals(ctx, session));
    }
    const checked = found.items.length;
    if (found.nextCursor !== null) {
      const state = { ...part, page: found.nextCursor };
      return { checked, drift: [], busy: false, nextCursor: toCursor(state) };
    }
    const drift = await settleTotals(ctx, scope, { rows, pending, actual: part.actual }, fix);
    return { checked, drift, busy: false, nextCursor: null };
  },
});

/**
 * Compare the items of a review queue with their slots.
 *
 * And the queue's counts with its items.
 */
export const queues = authedMutation("repair:queues", {
  args: { queueId: v.string(), ...recountArgs },
  returns: report,
  handler: async (ctx, { queueId, cursor, fix }) =>
    await recountQueue(ctx, await requireQueue(ctx, queueId), cursor, fix),
});

async function rowsOf(ctx: QueryCtx, { owner, day }: Scope): Promise<Doc<"totals">[]> {
  return await ctx.db
    .query("totals")
    .withIndex("by_owner_day", (q) => q.eq("owner", owner).eq("day", day))
    .take(SHARDS);
}

function walkFrom<Part>(cursor: string | null): Walk<Part> {
  return cursor === null
    ? { page: null, seen: [], part: null }
    : (fromCursor(cursor) as Walk<Part>);
}

function paused<Part>(checked: number, drift: Drift[], walk: Walk<Part>) {
  return { checked, drift, busy: false, nextCursor: toCursor(walk as unknown as JSONValue) };
}

function nextPage(checked: number, drift: Drift[], page: string | null) {
  const start = { page, seen: [], part: null };
  return { checked, drift, busy: false, nextCursor: page === null ? null : toCursor(start) };
}
