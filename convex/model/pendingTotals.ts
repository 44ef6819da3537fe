/**
 * What writes add to the sums of users and days, before it is folded into their rows.
 *
 * Every append counts for its user and for everybody, and a row that every append rewrote would make
 * them conflict with each other. So each inserts a row of its own; a job adds those that are older
 * than `FOLD_AFTER_MS` to the sums (what is younger may still be under way, and would conflict with
 * the job), and whoever reads sums adds what is left.
 */
import { getDocumentSize } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { BATCH_BYTES, BATCH_DOCUMENTS, FOLD_SCOPES } from "./limits.ts";
import { Budget } from "./recount.ts";
import { EVERYBODY, addTotals, emptyTotals, sum } from "./totals.ts";
import type { Totals } from "./totals.ts";

export type Pending = Doc<"pendingTotals">;

/**
 * Count for a user's day and for everybody's; without a user for everybody's only.
 *
 * @param lastSeenAt - when a session of the user began, if one did.
 */
export async function addPending(
  ctx: MutationCtx,
  { userId, day, lastSeenAt }: { userId?: Id<"users">; day: number; lastSeenAt?: number },
  totals: Totals,
): Promise<void> {
  await ctx.db.insert("pendingTotals", {
    ...totals,
    day,
    ...(userId === undefined ? {} : { userId }),
    ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
  });
}

/** Gathers what one call counts: a row for each day of each user instead of one for each session. */
export class PendingSums {
  private readonly rows = new Map<string, Parameters<typeof addPending>[1] & { totals: Totals }>();

  /** Count for a user's day; see `addPending`. */
  add(userId: Id<"users">, day: number, totals: Totals, lastSeenAt?: number): void {
    const key = `${userId} ${day}`;
    const known = this.rows.get(key);
    const seen = Math.max(known?.lastSeenAt ?? 0, lastSeenAt ?? 0);
    this.rows.set(key, {
      userId,
      day,
      totals: sum(known?.totals ?? emptyTotals(), totals),
      ...(seen === 0 ? {} : { lastSeenAt: seen }),
    });
  }

  async store(ctx: MutationCtx): Promise<void> {
    const rows = [...this.rows.values()];
    await Promise.all(rows.map(({ totals, ...whose }) => addPending(ctx, whose, totals)));
  }
}

/** What is not folded in yet; if it was too much to read all of it, what is missing is after `asOf`. */
export type Unfolded = { rows: Pending[]; asOf?: number };

/** Read what is pending of a user, or of everybody. */
export async function unfolded(ctx: QueryCtx, userId: Id<"users"> | "all"): Promise<Unfolded> {
  const all = ctx.db.query("pendingTotals");
  const wanted =
    userId === "all" ? all : all.withIndex("by_user_sessions", (q) => q.eq("userId", userId));
  const budget = new Budget();
  const rows: Pending[] = [];
  for await (const row of wanted) {
    rows.push(row);
    budget.take(row);
    if (budget.isSpent) return { rows, asOf: await foldedUntil(ctx) };
  }
  return { rows };
}

/** Until when all that was written is in the sums: until the oldest of what is pending, of anybody. */
export async function foldedUntil(ctx: QueryCtx): Promise<number> {
  return (await ctx.db.query("pendingTotals").first())?._creationTime ?? Date.now();
}

/** What a record says of figures that may lack what came after a moment. */
export function asOfPart(asOf: number | undefined): { asOf?: number } {
  return asOf === undefined ? {} : { asOf };
}

/** Sums by day. */
export function byDay(rows: readonly (Totals & { day: number })[]): Map<number, Totals> {
  const days = new Map<number, Totals>();
  for (const row of rows) days.set(row.day, sum(days.get(row.day) ?? emptyTotals(), row));
  return days;
}

/**
 * Add rows to the sums and delete them: as many as fit into one transaction, in their order.
 *
 * @returns how many.
 */
export async function fold(ctx: MutationCtx, rows: AsyncIterable<Pending>): Promise<number> {
  const taken = await someOf(rows);
  const byUser = Map.groupBy(taken, ({ userId }) => userId);
  await Promise.all([
    ...[...byDay(taken)].map(([day, totals]) => addTotals(ctx, { owner: EVERYBODY, day }, totals)),
    ...[...byUser].map(([userId, own]) => foldUser(ctx, userId, own)),
    ...taken.map(({ _id }) => ctx.db.delete("pendingTotals", _id)),
  ]);
  return taken.length;
}

async function someOf(rows: AsyncIterable<Pending>): Promise<Pending[]> {
  const taken: Pending[] = [];
  const scopes = new Set<string>();
  let bytes = 0;
  for await (const row of rows) {
    taken.push(row);
    scopes.add(`${row.userId}:${row.day}`);
    bytes += getDocumentSize(row);
    const isFull = taken.length === BATCH_DOCUMENTS || bytes >= BATCH_BYTES;
    if (isFull || scopes.size === FOLD_SCOPES) break;
  }
  return taken;
}

async function foldUser(
  ctx: MutationCtx,
  userId: Id<"users"> | undefined,
  rows: Pending[],
): Promise<void> {
  if (userId === undefined) return;
  const days = [...byDay(rows)];
  await Promise.all(days.map(([day, totals]) => addTotals(ctx, { owner: userId, day }, totals)));
  const begun = rows.filter(({ sessions }) => sessions > 0);
  if (begun.length === 0) return;
  const user = (await ctx.db.get("users", userId))!;
  await ctx.db.patch("users", userId, withStarts(user, begun));
}

type Counters = Pick<Doc<"users">, "sessionCount" | "lastSeenAt">;

/** A user's counters with sessions that began since. */
export function withStarts({ sessionCount, lastSeenAt }: Counters, rows: Pending[]): Counters {
  return rows.reduce(
    (known, row) => ({
      sessionCount: known.sessionCount + row.sessions,
      lastSeenAt: Math.max(known.lastSeenAt, row.lastSeenAt ?? 0),
    }),
    { sessionCount, lastSeenAt },
  );
}
