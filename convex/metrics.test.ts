/** Rollups merge, late and repeated batches are harmless, raw events are listed. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { START, as, deployment, refused } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { batch, rollup } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import type { Resolution } from "./model/fields.ts";
import { DAY_MS } from "./model/limits.ts";
import {
  describe as described,
  emptyHistogram,
  isHistogram,
  plus,
  histogramOf,
} from "./model/histogram.ts";

async function ingest(t: Deployment, batchId: string, rollups: ReturnType<typeof rollup>[]) {
  const args = { batchId, rollups, authEvents: [], storageEvents: [] };
  return await as(t, "worker").mutation(api.metrics.ingest, args);
}

async function range(t: Deployment, resolution: Resolution, more: object = {}) {
  const args = {
    metric: "storage.operation",
    from: START - 86_400_000,
    to: START + 86_400_000,
    resolution,
    ...more,
  };
  return (await as(t, "ops").query(api.metrics.range, args)).items;
}

test("batches merge into minute, hour and day, in any order", async () => {
  const parts = [
    rollup({ bucketStart: START, errors: { denied: 1, "token-expired": 4 } }),
    rollup({ bucketStart: START, max: 90, errors: { denied: 2, timeout: 1 } }),
    rollup({ bucketStart: START + 60_000 }),
    rollup({ bucketStart: START + 3_600_000 }),
  ];
  const results = [];
  for (const order of [
    [0, 1, 2, 3],
    [3, 1, 0, 2],
  ]) {
    const t = deployment();
    for (const index of order) await ingest(t, `b${index}`, [parts[index]!]);
    results.push({
      minute: await range(t, "minute"),
      hour: await range(t, "hour"),
      day: await range(t, "day"),
    });
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[0]!.minute.map(({ count }) => count)).toEqual([4, 2, 2]);
  expect(results[0]!.hour.map(({ count }) => count)).toEqual([6, 2]);
  expect(results[0]!.day).toMatchObject([
    {
      count: 8,
      sum: 120,
      max: 90,
      errors: { denied: 3, timeout: 1, "token-expired": 4 },
      histogram: { counts: { "116": 4, "150": 4 } },
    },
  ]);
});

test("one batch with several parts of one row equals several batches", async () => {
  const one = deployment();
  await ingest(one, "a", [rollup(), rollup(), rollup({ bucketStart: START + 60_000 })]);
  const two = deployment();
  await ingest(two, "a", [rollup()]);
  await ingest(two, "b", [rollup(), rollup({ bucketStart: START + 60_000 })]);
  expect(await range(one, "day")).toEqual(await range(two, "day"));
});

test("a batch is applied once", async () => {
  const t = deployment();
  const worker = as(t, "worker");
  expect(await worker.mutation(api.metrics.ingest, batch("b1"))).toEqual({ applied: true });
  expect(await worker.mutation(api.metrics.ingest, batch("b1"))).toEqual({ applied: false });
  expect((await range(t, "minute")).map(({ count }) => count)).toEqual([2]);
  const { items } = await as(t, "ops").query(api.authEvents.list, { cursor: null, limit: 10 });
  expect(items).toHaveLength(1);
});

test("a range selects time and dimensions, and is cut into pages", async () => {
  const t = deployment();
  const put = { operation: "PutObject", outcome: "ok" };
  await ingest(t, "b1", [
    rollup(),
    rollup({ dimensions: put }),
    rollup({ bucketStart: START + 60_000 }),
  ]);
  expect(await range(t, "minute", { from: START + 1 })).toHaveLength(1);
  expect(await range(t, "minute", { to: START })).toEqual([]);
  expect(await range(t, "minute", { dimensions: { operation: "PutObject" } })).toHaveLength(1);
  expect(await range(t, "minute", { metric: "other" })).toEqual([]);
  const args = {
    metric: "storage.operation",
    from: START,
    to: START + 100_000,
    resolution: "minute" as const,
    limit: 2,
  };
  const first = await as(t, "ops").query(api.metrics.range, args);
  const second = await as(t, "ops").query(api.metrics.range, { ...args, cursor: first.nextCursor });
  expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null]);
});

test.each([
  [{ bucketStart: START + 1 }],
  [{ metric: "a b" }],
  [{ count: -1 }],
  [{ errors: { denied: 0.5 } }],
  [{ errors: { "a b": 1 } }],
  [{ dimensions: { a: "x".repeat(101) } }],
  [{ dimensions: { a: "", b: "", c: "", d: "", e: "", f: "", g: "" } }],
  [{ histogram: { zero: 0, counts: { "5000": 1 } } }],
  [{ histogram: { zero: 0, counts: { "01": 1 } } }],
  [{ histogram: { zero: -1, counts: {} } }],
])("a rollup with %j is refused", async (wrong) => {
  await refused(ingest(deployment(), "b1", [rollup(wrong)]), "VALIDATION");
});

test("a batch that is too large is refused", async () => {
  const many = Array.from({ length: 201 }, (_, index) =>
    rollup({ bucketStart: START + index * 60_000 }),
  );
  await refused(ingest(deployment(), "b1", many), "LIMIT_EXCEEDED");
  expect(await ingest(deployment(), "b1", many.slice(0, 200))).toEqual({ applied: true });
});

test("auth and storage events are listed by time and filtered", async () => {
  const t = deployment();
  const events = [0, 1, 2].map((index) => batch(`b${index}`, "", START + index));
  events[1]!.authEvents[0]!.reason = "token-invalid";
  events[1]!.storageEvents[0]!.operation = "PutObject";
  for (const args of events) await as(t, "worker").mutation(api.metrics.ingest, args);
  const ops = as(t, "ops");
  const page = { cursor: null, limit: 10 };
  const auth = async (args: object) =>
    (await ops.query(api.authEvents.list, { ...page, ...args })).items.map(({ at }) => at - START);
  const storage = async (args: object) =>
    (await ops.query(api.storageEvents.list, { ...page, ...args })).items.map(
      ({ at }) => at - START,
    );
  expect(await auth({})).toEqual([2, 1, 0]);
  expect(await auth({ order: "asc", from: START + 1 })).toEqual([1, 2]);
  expect(await auth({ reason: "token-expired" })).toEqual([2, 0]);
  expect(await auth({ outcome: "signed-in" })).toEqual([]);
  expect(await auth({ route: "/x" })).toEqual([2, 1, 0]);
  expect(await storage({ to: START + 2 })).toEqual([1, 0]);
  expect(await storage({ operation: "PutObject" })).toEqual([1]);
  expect(await storage({ outcome: "ok" })).toEqual([]);
  expect(await storage({ outcome: "denied", operation: "GetObject" })).toEqual([2, 0]);
});

test("percentiles are within 1% of the exact ones, however the values are merged", () => {
  const values = fc.array(fc.double({ min: 0.05, max: 1e6, noNaN: true }), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(values, fc.nat(200), (all, cut) => {
      const merged = plus(histogramOf(all.slice(cut)), histogramOf(all.slice(0, cut)));
      expect(isHistogram(merged)).toBe(true);
      const sorted = [...all].sort((a, b) => a - b);
      const result = described(
        merged,
        all.reduce((sum, value) => sum + value, 0),
      );
      for (const [q, value] of [
        [0.5, result.p50],
        [0.95, result.p95],
        [1, result.max],
      ] as const) {
        const exact = sorted[Math.floor(q * (all.length - 1))]!;
        expect(Math.abs(value! - exact) / exact).toBeLessThanOrEqual(0.0101);
      }
      expect(plus(merged, histogramOf(all), -1)).toEqual({ zero: 0, counts: {} });
    }),
  );
});

test("nothing measured has no percentiles", () => {
  expect(described(emptyHistogram(), 0)).toEqual({
    count: 0,
    mean: null,
    p50: null,
    p95: null,
    p99: null,
    max: null,
  });
  expect(described(histogramOf([0]), 0)).toMatchObject({ count: 1, p50: 0, max: 0 });
});

test("raw events are kept up to a day's allowance, the newest first, and the rest is counted", async () => {
  const t = deployment();
  const worker = as(t, "worker");
  const event = batch("").authEvents[0]!;
  const send = async (batchId: string, count: number) => {
    const authEvents = Array.from({ length: count }, (_, index) => ({
      ...event,
      reason: `r${index}`,
    }));
    const args = { batchId, rollups: [], storageEvents: [], authEvents };
    return await worker.mutation(api.metrics.ingest, args);
  };
  const now = Date.now();
  const row = { key: "raw:authEvents", tokens: 3, refilledAt: now, fullAt: now + DAY_MS };
  await t.run(async (ctx) => await ctx.db.insert("rateLimits", row));
  await send("a", 10);
  await send("b", 10);
  const page = { cursor: null, limit: 50, order: "asc" as const };
  const kept = await as(t, "ops").query(api.authEvents.list, page);
  expect(kept.items.map(({ reason }) => reason)).toEqual(["r7", "r8", "r9"]);
  const lost = await as(t, "ops").query(api.metrics.range, {
    metric: "telemetry.dropped",
    from: now - DAY_MS,
    to: now + DAY_MS,
    resolution: "day",
  });
  expect(lost.items.reduce((sum, { count }) => sum + count, 0)).toBe(17);
  expect(lost.items[0]!.dimensions).toEqual({ kind: "auth_event" });
});

test("the slowest operations of a stretch of time come first; one request's are found", async () => {
  const t = deployment();
  const event = batch("").storageEvents[0]!;
  const storageEvents = [900, 7000, 1200, 30].map((durationMs, index) => ({
    ...event,
    durationMs,
    at: START + index * 1000,
    requestId: `req-${index % 2}`,
  }));
  const args = { batchId: "s", rollups: [], authEvents: [], storageEvents };
  await as(t, "worker").mutation(api.metrics.ingest, args);
  const ops = as(t, "ops");
  const found = await ops.query(api.storageEvents.slowest, {
    cursor: null,
    limit: 2,
    from: START,
    to: START + 3000,
  });
  expect(found.items.map(({ durationMs }) => durationMs)).toEqual([7000, 1200]);
  const more = await ops.query(api.storageEvents.slowest, {
    cursor: found.nextCursor,
    limit: 2,
    from: START,
    to: START + 3000,
  });
  expect(more.items.map(({ durationMs }) => durationMs)).toEqual([900]);
  const one = await ops.query(api.storageEvents.list, {
    cursor: null,
    limit: 10,
    eventRequestId: "req-1",
  });
  expect(one.items.map(({ durationMs }) => durationMs)).toEqual([30, 7000]);
  await refused(
    as(t, "viewer").query(api.storageEvents.slowest, { cursor: null, limit: 1, from: 0, to: 1 }),
    "FORBIDDEN",
  );
});
