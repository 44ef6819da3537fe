/**
 * Sums: per session, per user and day, and per day over everybody.
 *
 * Costs are summed in billionths of a dollar and durations in microseconds, as integers, so that
 * the sums do not depend on the order of the writes.
 */
import type { Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { describe, emptyHistogram, histogramOf, plus } from "./histogram.ts";
import { DAY_MS } from "./limits.ts";
import type { Summary, newInteraction } from "./records.ts";

/** Rows that everybody's sums of one day may have: eight are left from earlier releases. */
export const SHARDS = 8;
export const EVERYBODY = "all";

export type Totals = Omit<Doc<"totals">, "_id" | "_creationTime" | "owner" | "day" | "shard">;
/** Whose sums: of a session (day 0), of a user's or of everybody's UTC day. */
export type Scope = { owner: string; day: number };
type Turn = Infer<typeof newInteraction>;

export function emptyTotals(): Totals {
  return {
    sessions: 0,
    interactions: 0,
    tokensIn: 0,
    tokensOut: 0,
    costNanos: 0,
    ttft: emptyHistogram(),
    ttftSumMicros: 0,
    latency: emptyHistogram(),
    latencySumMicros: 0,
  };
}

/** Sums over interactions, without a session. */
export function totalsOf(turns: readonly Turn[]): Totals {
  const add = (value: (turn: Turn) => number) => turns.reduce((sum, turn) => sum + value(turn), 0);
  const ttfts = turns.map(({ ttftMs }) => ttftMs).filter((value) => value !== undefined);
  const latencies = turns.map(({ latencyMs }) => latencyMs).filter((value) => value !== undefined);
  return {
    sessions: 0,
    interactions: turns.length,
    tokensIn: add(({ tokensIn }) => tokensIn ?? 0),
    tokensOut: add(({ tokensOut }) => tokensOut ?? 0),
    costNanos: add(({ cost }) => Math.round((cost ?? 0) * 1e9)),
    ttft: histogramOf(ttfts),
    ttftSumMicros: add(({ ttftMs }) => Math.round((ttftMs ?? 0) * 1000)),
    latency: histogramOf(latencies),
    latencySumMicros: add(({ latencyMs }) => Math.round((latencyMs ?? 0) * 1000)),
  };
}

export function sum(left: Totals, right: Totals, sign: 1 | -1 = 1): Totals {
  return {
    sessions: left.sessions + sign * right.sessions,
    interactions: left.interactions + sign * right.interactions,
    tokensIn: left.tokensIn + sign * right.tokensIn,
    tokensOut: left.tokensOut + sign * right.tokensOut,
    costNanos: left.costNanos + sign * right.costNanos,
    ttft: plus(left.ttft, right.ttft, sign),
    ttftSumMicros: left.ttftSumMicros + sign * right.ttftSumMicros,
    latency: plus(left.latency, right.latency, sign),
    latencySumMicros: left.latencySumMicros + sign * right.latencySumMicros,
  };
}

/** First millisecond of the UTC day of a moment. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS;
}

/** Where a session's own sums are. */
export function ownScope(session: { _id: Id<"userSessions"> }): Scope {
  return { owner: session._id, day: 0 };
}

/** Add to the row of a scope; `isNew` says that it cannot have one yet. */
export async function addTotals(
  ctx: MutationCtx,
  scope: Scope,
  more: Totals,
  isNew = false,
): Promise<void> {
  const row = isNew ? null : await rowOf(ctx, scope);
  if (row === null) await ctx.db.insert("totals", { ...scope, shard: 0, ...more });
  else await ctx.db.patch("totals", row._id, sum(row, more));
}

export async function rowOf(ctx: QueryCtx, scope: Scope): Promise<Doc<"totals"> | null> {
  return await ctx.db
    .query("totals")
    .withIndex("by_owner_day", (q) =>
      q.eq("owner", scope.owner).eq("day", scope.day).eq("shard", 0),
    )
    .unique();
}

/** Exact largest durations, where they are kept (of a session, not of a day), milliseconds. */
type Worst = { worstTtftMs?: number | undefined; worstLatencyMs?: number | undefined };

export function toSummary(totals: Totals, { worstTtftMs, worstLatencyMs }: Worst = {}): Summary {
  return {
    sessions: totals.sessions,
    interactions: totals.interactions,
    tokensIn: totals.tokensIn,
    tokensOut: totals.tokensOut,
    cost: totals.costNanos / 1e9,
    ttft: describe(totals.ttft, totals.ttftSumMicros / 1000, worstTtftMs),
    latency: describe(totals.latency, totals.latencySumMicros / 1000, worstLatencyMs),
  };
}
