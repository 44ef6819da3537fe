/**
 * The outbox of notifications. Each message is sent by one worker at a time, in the order of its
 * channel, until the receiver took it: at least once, always with the same id and content.
 */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import type { MutationCtx } from "./_generated/server.js";
import { delivery } from "./model/alertRecords.ts";
import { Checks } from "./model/checks.ts";
import { named, order } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { ANNOUNCEMENT_RATE, DELIVERY_ATTEMPTS, HOUR_MS, PROBLEM_CHARS } from "./model/limits.ts";
import { checkChannels, enqueue } from "./model/outbox.ts";
import { readPage } from "./model/paging.ts";
import { limitCaller, take } from "./model/rateLimit.ts";
import { page, pageArgs } from "./model/records.ts";
import { toRecord } from "./model/toRecord.ts";

/**
 * Take the oldest message of each channel, if it is due, for `leaseMs`.
 *
 * Until then nobody else gets it, afterwards it counts as not sent.
 */
export const claim = authedMutation("alertDeliveries:claim", {
  args: { holder: v.string(), channels: v.array(v.string()), leaseMs: v.number() },
  returns: v.array(delivery),
  handler: async (ctx, { holder, channels, leaseMs }) => {
    const checks = new Checks();
    checks.identifier("holder", holder);
    checkChannels(checks, channels);
    checks.number("leaseMs", leaseMs, 1000, HOUR_MS);
    checks.done();
    const now = Date.now();
    const claimed: Doc<"alertDeliveries">[] = [];
    for (const channel of channels) {
      const row = await nextOf(ctx, channel);
      if (row === null || row.dueAt > now) continue;
      if (row.attempts >= DELIVERY_ATTEMPTS) {
        // Its last sender never came back.
        await ctx.db.patch("alertDeliveries", row._id, { status: "failed" });
        continue;
      }
      const rate =
        row.attempts > 0 ? null : await take(ctx, `alerts:${channel}`, ANNOUNCEMENT_RATE);
      if (rate?.allowed === false) {
        await ctx.db.patch("alertDeliveries", row._id, { dueAt: now + rate.retryAfterMs });
        continue;
      }
      const change = { attempts: row.attempts + 1, dueAt: now + leaseMs, holder };
      await ctx.db.patch("alertDeliveries", row._id, change);
      claimed.push({ ...row, ...change });
    }
    return claimed.map((row) => toRecord(delivery, row));
  },
});

/**
 * Report the end of an attempt: sent, or a problem and when to try again. `settled` is false if the
 * message is not the holder's any more.
 */
export const settle = authedMutation("alertDeliveries:settle", {
  args: {
    id: v.string(),
    holder: v.string(),
    problem: v.optional(v.string()),
    retryAfterMs: v.number(),
  },
  returns: named("Settled", v.object({ settled: v.boolean() })),
  handler: async (ctx, { id, holder, problem, retryAfterMs }) => {
    const checks = new Checks();
    checks.text("problem", problem, PROBLEM_CHARS);
    checks.number("retryAfterMs", retryAfterMs, 0, HOUR_MS);
    checks.done();
    const known = ctx.db.normalizeId("alertDeliveries", id);
    const row = known === null ? null : await ctx.db.get("alertDeliveries", known);
    if (row === null || row.status !== "waiting" || row.holder !== holder) {
      return { settled: false };
    }
    const now = Date.now();
    const end =
      problem === undefined
        ? { status: "sent" as const, sentAt: now, problem: undefined }
        : row.attempts >= DELIVERY_ATTEMPTS
          ? { status: "failed" as const, problem }
          : { dueAt: now + retryAfterMs, problem };
    await ctx.db.patch("alertDeliveries", row._id, { ...end, holder: undefined });
    return { settled: true };
  },
});

/** Queue a message that says that it is a test. */
export const test = authedMutation("alertDeliveries:test", {
  args: { channels: v.array(v.string()) },
  returns: v.null(),
  handler: async (ctx, { channels }) => {
    const checks = new Checks();
    checkChannels(checks, channels);
    checks.that(channels.length > 0, "channels", "must not be empty");
    checks.done();
    await limitCaller(ctx, "alerts.test");
    await enqueue(ctx, channels, [
      {
        ...{ change: "test", rule: "test", title: "This is a test", severity: "warning" },
        ...{ unit: "count", threshold: 0, path: "/alerts", params: {}, at: Date.now() },
      },
    ]);
    return null;
  },
});

/** Return one page of messages, newest first by default. */
export const list = authedQuery("alertDeliveries:list", {
  args: { ...pageArgs, order: v.optional(order) },
  returns: page(delivery),
  handler: async (ctx, { cursor, limit, order }) => {
    const found = await readPage(ctx, {
      table: "alertDeliveries",
      index: "by_createdAt",
      equals: {},
      sortField: "createdAt",
      order: order ?? "desc",
      cursor,
      limit,
    });
    return {
      items: found.items.map((row) => toRecord(delivery, row)),
      nextCursor: found.nextCursor,
    };
  },
});

/** The oldest message of a channel that is not settled: later ones wait for it, or wrong order
 * would tell of an end before its beginning. */
async function nextOf(ctx: MutationCtx, channel: string): Promise<Doc<"alertDeliveries"> | null> {
  return await ctx.db
    .query("alertDeliveries")
    .withIndex("by_channel_status", (q) => q.eq("channel", channel).eq("status", "waiting"))
    .first();
}
