/**
 * Compares what writes keep (counters, sums) with a recount. A recount that does not fit into one
 * transaction goes on from a cursor that carries its state; if the subject was written meanwhile,
 * it starts again, so that what it reports is drift and not a race.
 */
import { v } from "convex/values";
import type { Infer, JSONValue } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { refusal } from "./errors.ts";
import type { Histogram } from "./fields.ts";
import { canonical } from "./idempotency.ts";
import { emptyTotals, ownScope, rowOf, sum } from "./totals.ts";
import type { Scope, Totals } from "./totals.ts";
import { named, whole } from "./fields.ts";

const figure = v.union(v.number(), v.null());

/** One figure that is not what a recount says. Histograms are compared as such and shown by count. */
export const drift = named(
  "Drift",
  v.object({
    subjectId: v.string(),
    field: v.string(),
    stored: figure,
    actual: figure,
  }),
);
export type Drift = Infer<typeof drift>;

/** `busy`: the subject was written while it was recounted; call again from the start. */
export const report = named(
  "Recount",
  v.object({
    checked: whole(),
    drift: v.array(drift),
    busy: v.boolean(),
    nextCursor: v.union(v.string(), v.null()),
  }),
);

/** Compare single figures; absent ones count as null. */
export function driftOf(
  subjectId: string,
  stored: Record<string, number | undefined>,
  actual: Record<string, number | undefined>,
): Drift[] {
  return Object.keys(actual)
    .filter((field) => stored[field] !== actual[field])
    .map((field) => ({
      subjectId,
      field,
      stored: stored[field] ?? null,
      actual: actual[field] ?? null,
    }));
}

/**
 * Compare sums with a recount, and write the recount over them if `fix`.
 *
 * @param rows - that together are the stored sums; one row takes their place.
 * @param pending - what will be folded into them, and so is left out of what is written.
 */
export async function settleTotals(
  ctx: MutationCtx,
  scope: Scope,
  { rows, pending, actual }: { rows: Doc<"totals">[]; pending: Totals; actual: Totals },
  fix: boolean,
): Promise<Drift[]> {
  const stored = rows.reduce<Totals>((all, row) => sum(all, row), pending);
  const { ttft, latency, ...figures } = actual;
  const found = driftOf(scope.owner, stored as unknown as Record<string, number>, figures);
  for (const [field, histogram] of Object.entries({ ttft, latency })) {
    const other = stored[field as "ttft" | "latency"];
    if (canonical(other) === canonical(histogram)) continue;
    const shown = { stored: countOf(other), actual: countOf(histogram) };
    found.push({ subjectId: scope.owner, field, ...shown });
  }
  if (fix && found.length > 0) {
    for (const row of rows) await ctx.db.delete("totals", row._id);
    await ctx.db.insert("totals", { ...scope, shard: 0, ...sum(actual, pending, -1) });
  }
  return found.map((item) => ({ ...item, field: `totals.${item.field}` }));
}

function countOf(histogram: Histogram): number {
  return Object.values(histogram.counts).reduce((sum, count) => sum + count, histogram.zero);
}

export async function sessionTotals(ctx: QueryCtx, session: Doc<"userSessions">): Promise<Totals> {
  return (await rowOf(ctx, ownScope(session))) ?? emptyTotals();
}

/** Write the state of a recount into a cursor. */
export function toCursor(state: JSONValue): string {
  return btoa(JSON.stringify(state));
}

/** @throws VALIDATION if the cursor is not one of a recount. */
export function fromCursor(cursor: string): unknown {
  try {
    return JSON.parse(atob(cursor)) as unknown;
  } catch {
    throw refusal("VALIDATION", "The cursor is not one of a recount.", [
      { field: "cursor", message: "must be the nextCursor of the same recount" },
    ]);
  }
}
