/** What has served its time goes, everything else stays. */
import { afterEach, expect, test, vi } from "vitest";
import { START, as, deployment } from "../tests/convex/harness.ts";
import { ended, openQueue, reviewer } from "../tests/convex/reviewing.ts";
import { OBSERVED, batch } from "../tests/convex/samples.ts";
import { api, internal } from "./_generated/api.js";
import crons from "./crons.ts";
import { ALERT_MESSAGE_MS, DAY_MS, IDEMPOTENCY_MS, ROLLUP_MS } from "./model/limits.ts";

afterEach(() => {
  vi.useRealTimers();
});

const TABLES = [
  "idempotencyKeys",
  "metricBatches",
  "authEvents",
  "storageEvents",
  "rateLimits",
  "metricRollups",
  "reviewDrafts",
  "alertIncidents",
  "alertHistory",
  "alertSilences",
  "alertDeliveries",
] as const;

test("every table with an end has a cron", () => {
  const { crons: jobs } = crons as unknown as {
    crons: Record<string, { args: [{ table?: string }] }>;
  };
  expect(
    Object.values(jobs)
      .flatMap(({ args }) => args[0].table ?? [])
      .sort(),
  ).toEqual([...TABLES].sort());
});

test("each row goes at its time, in batches that follow one another", async () => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
  const t = deployment();
  for (let index = 0; index < 3; index += 1) {
    const events = Array.from({ length: 300 }, () => batch("").authEvents[0]!);
    const args = { ...batch(`b${index}`), authEvents: events, idempotencyKey: `k${index}` };
    await as(t, "worker").mutation(api.metrics.ingest, args);
  }
  await as(t, "worker").mutation(api.rateLimits.take, { key: "a", limit: 1, periodMs: 1000 });
  const record = { ...OBSERVED, openedAt: START, resolvedAt: START + 1000 };
  await as(t, "worker").mutation(api.alerts.record, record);
  const silence = { rule: "*", durationMs: 60_000, reason: "move" };
  await as(t, "ops").mutation(api.alerts.silence, silence);
  await as(t, "ops").mutation(api.alertDeliveries.test, { channels: ["webhook"] });
  const counts = async () =>
    await t.run(async (ctx) => {
      const rows = await Promise.all(TABLES.map((table) => ctx.db.query(table).take(2000)));
      return Object.fromEntries(TABLES.map((table, index) => [table, rows[index]!.length]));
    });
  const purgeAll = async () => {
    for (const table of TABLES) await t.mutation(internal.housekeeping.purge, { table });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
  };
  const full = {
    idempotencyKeys: 3,
    metricBatches: 3,
    authEvents: 900,
    storageEvents: 3,
    metricRollups: 3,
    reviewDrafts: 0,
    alertIncidents: 1,
    alertHistory: 2,
    alertSilences: 1,
    alertDeliveries: 1,
  };
  await purgeAll();
  expect(await counts()).toEqual({ ...full, rateLimits: 6 });
  vi.setSystemTime(START + IDEMPOTENCY_MS + 1);
  await purgeAll();
  expect(await counts()).toEqual({ ...full, rateLimits: 0, idempotencyKeys: 0 });
  vi.setSystemTime(START + 7 * DAY_MS + 60_000);
  await purgeAll();
  expect(await counts()).toEqual({
    idempotencyKeys: 0,
    metricBatches: 0,
    authEvents: 0,
    storageEvents: 0,
    metricRollups: 2,
    rateLimits: 0,
    reviewDrafts: 0,
    alertIncidents: 1,
    alertHistory: 2,
    alertSilences: 1,
    alertDeliveries: 1,
  });
  vi.setSystemTime(START + ALERT_MESSAGE_MS + DAY_MS);
  await purgeAll();
  expect(await counts()).toMatchObject({ alertIncidents: 1, alertSilences: 0, alertDeliveries: 0 });
  vi.setSystemTime(START + ROLLUP_MS.day + DAY_MS);
  await purgeAll();
  expect(Object.values(await counts()).every((count) => count === 0)).toBe(true);
});

test("large rows are purged like small ones", async () => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
  const t = deployment();
  for (let part = 0; part < 10; part += 1) {
    await t.run(async (ctx) => {
      for (let index = 0; index < 6; index += 1) {
        const answer = { functionName: "f", argumentsHash: "h", result: "x".repeat(445_000) };
        const key = `${part} ${index}`;
        await ctx.db.insert("idempotencyKeys", { caller: "c", key, ...answer, createdAt: START });
      }
    });
  }
  vi.setSystemTime(START + IDEMPOTENCY_MS + 1);
  await t.mutation(internal.housekeeping.purge, { table: "idempotencyKeys" });
  await t.finishAllScheduledFunctions(vi.runAllTimers);
  expect(await t.run(async (ctx) => await ctx.db.query("idempotencyKeys").take(1))).toEqual([]);
});

test("a claim that cannot be ended keeps no other from its end", async () => {
  vi.useFakeTimers();
  vi.setSystemTime(START + DAY_MS);
  const t = deployment();
  const { id: queueId } = await openQueue(t);
  await ended(t, 3);
  for (const name of ["kim", "lee", "max"]) {
    await reviewer(t, name).mutation(api.reviewClaims.next, { queueId });
  }
  // A place whose session is in no queue any more: what nobody foresaw.
  await t.run(async (ctx) => {
    const slot = await ctx.db.query("reviewSlots").first();
    await ctx.db.delete("reviewItems", slot!.itemId);
  });
  vi.advanceTimersByTime(DAY_MS);
  await t.mutation(internal.housekeeping.endExpiredClaims, {});
  await t.finishAllScheduledFunctions(vi.runAllTimers).catch(() => undefined);
  const left = await t.run(async (ctx) => await ctx.db.query("reviewSlots").take(5));
  expect(left).toHaveLength(1);
});
