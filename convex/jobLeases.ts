/** Leases of background jobs: one worker at a time runs each, and how the last run went. */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import type { QueryCtx } from "./_generated/server.js";
import { Checks } from "./model/checks.ts";
import { refusal } from "./model/errors.ts";
import { lease, moment, named } from "./model/fields.ts";
import { authedMutation, authedQuery } from "./model/functions.ts";
import { LEASE_MS, PAGE_ITEMS, REPORT_BYTES } from "./model/limits.ts";
import { utf8Bytes } from "./model/texts.ts";
import { toRecord } from "./model/toRecord.ts";

const time = v.union(moment(), v.null());

/**
 * Start a run of the job if nobody else holds the lease and it is due.
 *
 * It is due if the last start is at least `dueEveryMs` ago. A run whose holder let the lease lapse
 * without finishing is due at once.
 */
export const acquire = authedMutation("jobLeases:acquire", {
  args: { name: v.string(), holder: v.string(), ttlMs: v.number(), dueEveryMs: v.number() },
  returns: named(
    "Lease",
    v.object({ acquired: v.boolean(), lastStartedAt: time, lastFinishedAt: time }),
  ),
  handler: async (ctx, { name, holder, ttlMs, dueEveryMs }) => {
    const checks = checkedLease(name, holder, ttlMs);
    checks.number("dueEveryMs", dueEveryMs, 0, 366 * LEASE_MS.max);
    checks.done();
    const now = Date.now();
    const row = await jobOf(ctx, name);
    const last = {
      lastStartedAt: row?.lastStartedAt ?? null,
      lastFinishedAt: row?.lastFinishedAt ?? null,
    };
    const started = { holder, leaseUntil: now + ttlMs, lastStartedAt: now };
    if (row === null) {
      await ctx.db.insert("jobLeases", { name, ...started, runs: 0, failures: 0 });
      return { acquired: true, ...last };
    }
    const isHeld = row.holder !== undefined && row.leaseUntil > now;
    const wasAbandoned = row.holder !== undefined && !isHeld;
    const isDue = wasAbandoned || now - (row.lastStartedAt ?? 0) >= dueEveryMs;
    if (isHeld || !isDue) return { acquired: false, ...last };
    await ctx.db.patch("jobLeases", row._id, started);
    return { acquired: true, ...last };
  },
});

/** Prolong the lease; `held` is false if somebody else has taken it meanwhile. */
export const renew = authedMutation("jobLeases:renew", {
  args: { name: v.string(), holder: v.string(), ttlMs: v.number() },
  returns: named("Renewal", v.object({ held: v.boolean() })),
  handler: async (ctx, { name, holder, ttlMs }) => {
    checkedLease(name, holder, ttlMs).done();
    const row = await jobOf(ctx, name);
    if (row === null || row.holder !== holder) return { held: false };
    await ctx.db.patch("jobLeases", row._id, { leaseUntil: Date.now() + ttlMs });
    return { held: true };
  },
});

/**
 * End a run: free the lease, keep the report, count the run.
 *
 * @throws CONFLICT if the holder does not hold the lease (any more).
 */
export const finish = authedMutation("jobLeases:finish", {
  args: {
    name: v.string(),
    holder: v.string(),
    ok: v.boolean(),
    report: v.string(),
    durationMs: v.number(),
  },
  returns: v.null(),
  handler: async (ctx, { name, holder, ok, report, durationMs }) => {
    const checks = checkedLease(name, holder, LEASE_MS.min);
    const isShort = utf8Bytes(report) <= REPORT_BYTES;
    checks.that(isShort, "report", `must have at most ${REPORT_BYTES} bytes`);
    checks.duration("durationMs", durationMs);
    checks.done();
    const row = await jobOf(ctx, name);
    if (row === null || row.holder !== holder) {
      throw refusal("CONFLICT", "The lease is not held by this holder.");
    }
    await ctx.db.patch("jobLeases", row._id, {
      holder: undefined,
      leaseUntil: 0,
      lastFinishedAt: Date.now(),
      lastOk: ok,
      lastReport: report,
      lastDurationMs: durationMs,
      runs: row.runs + 1,
      failures: row.failures + (ok ? 0 : 1),
    });
    return null;
  },
});

/** Return every job with its holder and its last run, by name. */
export const list = authedQuery("jobLeases:list", {
  args: {},
  returns: v.array(lease),
  handler: async (ctx) => {
    const rows = await ctx.db.query("jobLeases").withIndex("by_name").take(PAGE_ITEMS);
    return rows.map((row) => toRecord(lease, row));
  },
});

async function jobOf(ctx: QueryCtx, name: string): Promise<Doc<"jobLeases"> | null> {
  return await ctx.db
    .query("jobLeases")
    .withIndex("by_name", (q) => q.eq("name", name))
    .unique();
}

function checkedLease(name: string, holder: string, ttlMs: number): Checks {
  const checks = new Checks();
  checks.identifier("name", name);
  checks.identifier("holder", holder);
  checks.number("ttlMs", ttlMs, LEASE_MS.min, LEASE_MS.max);
  return checks;
}
