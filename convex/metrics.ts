/** Metrics: what the recorders send, and percentiles over any window without raw events. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { MutationCtx } from "./_generated/server.js";
import { Checks } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { dimensions, moment, named, resolution, whole } from "./model/fields.ts";
import type { Resolution } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { isHistogram, plus } from "./model/histogram.ts";
import { canonical } from "./model/idempotency.ts";
import {
  DAY_MS,
  DIMENSIONS,
  DIMENSION_CHARS,
  EVENTS_PER_BATCH,
  HOUR_MS,
  RANGE_ITEMS,
  RAW_EVENTS_PER_DAY,
  ROLLUPS_PER_BATCH,
  URL_CHARS,
} from "./model/limits.ts";
import { readPage } from "./model/paging.ts";
import { take } from "./model/rateLimit.ts";
import { newAuthEvent, newRollup, newStorageEvent, page, rollup } from "./model/records.ts";
import type { NewRollup } from "./model/records.ts";
import { hasAtMost } from "./model/texts.ts";
import { toRecord } from "./model/toRecord.ts";

const RESOLUTION_MS: Record<Resolution, number> = { minute: 60_000, hour: HOUR_MS, day: DAY_MS };
const NAME = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;
/** Classes of failure, for instance reasons of the gate. */
const ERROR_CLASS = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;

/**
 * Merge a batch of rollups into their minutes, hours and days, and keep its events.
 *
 * Merging is addition, so batches may come late and in any order; a batch that was applied before
 * changes nothing and answers `applied: false`.
 */
export const ingest = authedMutation("metrics:ingest", {
  args: {
    batchId: v.string(),
    rollups: v.array(newRollup),
    authEvents: v.array(newAuthEvent),
    storageEvents: v.array(newStorageEvent),
  },
  returns: named("Ingested", v.object({ applied: v.boolean() })),
  handler: async (ctx, { batchId, rollups, authEvents, storageEvents }) => {
    const isTooLarge =
      rollups.length > ROLLUPS_PER_BATCH ||
      authEvents.length > EVENTS_PER_BATCH ||
      storageEvents.length > EVENTS_PER_BATCH;
    if (isTooLarge) throw refusal("LIMIT_EXCEEDED", "Too much in one batch.");
    const checks = new Checks();
    checks.identifier("batchId", batchId);
    rollups.forEach((item, index) => checkRollup(checks, `rollups[${index}]`, item));
    authEvents.forEach((event, index) => checkAuthEvent(checks, `authEvents[${index}]`, event));
    storageEvents.forEach((event, index) =>
      checkStorageEvent(checks, `storageEvents[${index}]`, event),
    );
    checks.done();
    const known = await ctx.db
      .query("metricBatches")
      .withIndex("by_batchId", (q) => q.eq("batchId", batchId))
      .unique();
    if (known !== null) return { applied: false };
    await ctx.db.insert("metricBatches", { batchId, createdAt: Date.now() });
    const auth = await withinDay(ctx, "authEvents", authEvents);
    const storage = await withinDay(ctx, "storageEvents", storageEvents);
    await merge(ctx, [
      ...rollups,
      ...dropped("auth_event", authEvents.length - auth.length),
      ...dropped("storage_event", storageEvents.length - storage.length),
    ]);
    await Promise.all([
      ...auth.map((event) => ctx.db.insert("authEvents", event)),
      ...storage.map((event) => ctx.db.insert("storageEvents", event)),
    ]);
    return { applied: true };
  },
});

/** The newest of these events that may still be kept: all replicas together have one allowance. */
async function withinDay<Event>(ctx: MutationCtx, table: string, events: Event[]) {
  if (events.length === 0) return events;
  const rate = { limit: RAW_EVENTS_PER_DAY, periodMs: DAY_MS };
  const all = await take(ctx, `raw:${table}`, rate, events.length);
  if (all.allowed) return events;
  if (all.remaining === 0) return [];
  await take(ctx, `raw:${table}`, rate, all.remaining);
  return events.slice(-all.remaining);
}

/** What was not kept is counted where recorders count what they drop. */
function dropped(kind: string, count: number): NewRollup[] {
  if (count === 0) return [];
  const bucketStart = Math.floor(Date.now() / RESOLUTION_MS.minute) * RESOLUTION_MS.minute;
  const histogram = { zero: count, counts: {} };
  const dimensions = { kind };
  return [
    {
      metric: "telemetry.dropped",
      dimensions,
      bucketStart,
      count,
      errors: {},
      sum: 0,
      max: 0,
      histogram,
    },
  ];
}

type Row = Infer<typeof rollup> & { series: string };

/** Add up the batch by row first, so that each row is read and written once. */
async function merge(ctx: MutationCtx, rollups: NewRollup[]): Promise<void> {
  const rows = new Map<string, Row>();
  for (const item of rollups) {
    const series = canonical(item.dimensions);
    for (const resolution of ["minute", "hour", "day"] as const) {
      const width = RESOLUTION_MS[resolution];
      const bucketStart = Math.floor(item.bucketStart / width) * width;
      const row = { ...item, bucketStart, resolution, series };
      const key = canonical([item.metric, resolution, bucketStart, series]);
      const earlier = rows.get(key);
      rows.set(key, earlier === undefined ? row : { ...row, ...added(earlier, item) });
    }
  }
  await Promise.all([...rows.values()].map((row) => mergeRow(ctx, row)));
}

async function mergeRow(ctx: MutationCtx, row: Row): Promise<void> {
  const stored = await ctx.db
    .query("metricRollups")
    .withIndex("by_series", (q) =>
      q
        .eq("series", row.series)
        .eq("metric", row.metric)
        .eq("resolution", row.resolution)
        .eq("bucketStart", row.bucketStart),
    )
    .unique();
  if (stored === null) await ctx.db.insert("metricRollups", row);
  else await ctx.db.patch("metricRollups", stored._id, added(stored, row));
}

function added(left: NewRollup, right: NewRollup) {
  const errors = { ...left.errors };
  for (const [name, count] of Object.entries(right.errors)) {
    errors[name] = (errors[name] ?? 0) + count;
  }
  return {
    count: left.count + right.count,
    sum: left.sum + right.sum,
    max: Math.max(left.max, right.max),
    errors,
    histogram: plus(left.histogram, right.histogram),
  };
}

/**
 * Return one page of the rollups of a metric, by time.
 *
 * `from` is inclusive, `to` exclusive. With `dimensions`, those whose dimensions have these
 * values.
 */
export const range = authedQuery("metrics:range", {
  args: {
    metric: v.string(),
    from: moment(),
    to: moment(),
    resolution,
    dimensions: v.optional(dimensions),
    cursor: v.optional(v.union(v.string(), v.null())),
    limit: v.optional(whole()),
  },
  returns: page(rollup),
  handler: async (ctx, { metric, from, to, resolution, dimensions, cursor, limit }) => {
    const wanted = Object.entries(dimensions ?? {});
    const found = await readPage(
      ctx,
      {
        table: "metricRollups",
        index: "by_metric",
        equals: { metric, resolution },
        sortField: "bucketStart",
        from,
        to,
        order: "asc",
        cursor: cursor ?? null,
        limit: limit ?? RANGE_ITEMS,
        maxLimit: RANGE_ITEMS,
        filters: { dimensions },
      },
      (row) => wanted.every(([name, value]) => row.dimensions[name] === value),
    );
    const items = found.items.map((row) => toRecord(rollup, row));
    return { items, nextCursor: found.nextCursor };
  },
});

function checkRollup(checks: Checks, path: string, item: NewRollup): void {
  const names = Object.keys(item.dimensions);
  const values = Object.values(item.dimensions);
  const areNamed = [item.metric, ...names].every((name) => NAME.test(name));
  checks.that(areNamed, path, "metric and dimensions must have plain names");
  const areClasses = Object.keys(item.errors).every((name) => ERROR_CLASS.test(name));
  checks.that(areClasses, `${path}.errors`, "must be named by classes of failure");
  checks.that(names.length <= DIMENSIONS, `${path}.dimensions`, `must be at most ${DIMENSIONS}`);
  const areShort = values.every((value) => hasAtMost(value, DIMENSION_CHARS));
  checks.that(
    areShort,
    `${path}.dimensions`,
    `values must have at most ${DIMENSION_CHARS} characters`,
  );
  const isMinute = item.bucketStart % RESOLUTION_MS.minute === 0;
  checks.that(isMinute, `${path}.bucketStart`, "must be the start of a minute");
  checks.time(`${path}.bucketStart`, item.bucketStart);
  checks.integer(`${path}.count`, item.count, 0, Number.MAX_SAFE_INTEGER);
  checks.number(`${path}.sum`, item.sum, 0, Number.MAX_VALUE);
  checks.number(`${path}.max`, item.max, 0, Number.MAX_VALUE);
  for (const count of Object.values(item.errors)) {
    checks.integer(`${path}.errors`, count, 0, Number.MAX_SAFE_INTEGER);
  }
  checks.that(isHistogram(item.histogram), `${path}.histogram`, "must have bins of the mapping");
}

function checkAuthEvent(checks: Checks, path: string, event: Infer<typeof newAuthEvent>): void {
  checks.time(`${path}.at`, event.at);
  checks.identifier(`${path}.outcome`, event.outcome);
  checks.identifier(`${path}.reason`, event.reason);
  checks.identifier(`${path}.route`, event.route, URL_CHARS);
  checks.identifier(`${path}.requestId`, event.requestId);
  checks.identifier(`${path}.clientHash`, event.clientHash);
  checks.identifier(`${path}.userId`, event.userId);
  checks.identifier(`${path}.source`, event.source);
}

function checkStorageEvent(
  checks: Checks,
  path: string,
  event: Infer<typeof newStorageEvent>,
): void {
  checks.time(`${path}.at`, event.at);
  checks.identifier(`${path}.operation`, event.operation);
  checks.duration(`${path}.durationMs`, event.durationMs);
  checks.integer(`${path}.attempts`, event.attempts, 0, 1000);
  checks.identifier(`${path}.source`, event.source);
  // Empty where there is none: operations on the bucket have no key, jobs no request.
  checks.that(hasAtMost(event.key ?? "", URL_CHARS), `${path}.key`, "is too long");
  checks.that(hasAtMost(event.requestId ?? "", URL_CHARS), `${path}.requestId`, "is too long");
  checks.that(hasAtMost(event.role ?? "", DIMENSION_CHARS), `${path}.role`, "is too long");
}
